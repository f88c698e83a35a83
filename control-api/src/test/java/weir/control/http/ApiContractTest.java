// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.control.http.UnixHttp.Answer;

/** Every operation over a real socket, good and bad; tables of requests that follow one another in one daemon. */
class ApiContractTest {
    private static final Pattern EXAMPLE = Pattern.compile("@([a-z0-9_]+)");

    @TempDir
    private Path folder;

    private static Exchange x(String request, String body, int status, String expected) {
        return new Exchange(request, body, status, expected);
    }

    private static final String S = "/v1/switches";

    private static final List<Exchange> SWITCHES = List.of(
            x("GET /v1/version", "", 200, "'api':'weir/v1'"),
            x("GET /v1/version?x=1", "", 400, "unknown parameter 'x'"),
            x("GET /v1/switches", "", 200, "{'switches':{}}"),
            x("GET /v1/switches/sw0", "", 404, "'code':'not_found'|there is no switch yet"),
            x("POST /v1/switches", "{'name':'sw0'}", 201, "'name':'sw0'|'workers':1|'wait':'adaptive'"),
            x("POST /v1/switches", "{'name':'sw0'}", 409, "'code':'conflict'|is there already"),
            x("POST /v1/switches", "{'name':'a/b'}", 400, "'pointer':'/name'"),
            x("POST /v1/switches", "{'name':'..'}", 400, "'pointer':'/name'"),
            x("POST /v1/switches", "{'name':'a\\u0000b'}", 400, "'pointer':'/name'"),
            x("POST /v1/switches", "{'name':'a\\nb'}", 400, "'pointer':'/name'"),
            x("POST /v1/switches", "{'name':'a123456789012345'}", 400, "'pointer':'/name'"),
            x("POST /v1/switches", "{}", 400, "'pointer':'/name'"),
            x("POST /v1/switches", "{'name':7}", 400, "'pointer':'/name'"),
            x("POST /v1/switches", "{'name':'sw1','wrokers':2}", 400, "'pointer':'/wrokers'|did you mean 'workers'"),
            x("POST /v1/switches", "{'name':'sw1','workers':'two'}", 400, "'pointer':'/workers'"),
            x("POST /v1/switches", "{'name':'sw1','workers':1000000000000}", 400, "'pointer':'/workers'"),
            x("POST /v1/switches", "{'name':'sw1','wait':'bussy'}", 400, "'pointer':'/wait'|did you mean 'busy'"),
            x("POST /v1/switches", "{'name':'sw1','ports':{'a/b':'null:a'}}", 400, "'pointer':'/ports/a~1b'"),
            x("POST /v1/switches", "[1]", 400, "'pointer':''|not an object"),
            x("POST /v1/switches", "{'name':", 400, "no JSON in line 1"),
            x("POST /v1/switches", "{'name':'a','name':'b'}", 400, "uplicate"),
            x("POST /v1/switches", "{'name':'a'} x", 400, "no JSON"),
            x("POST /v1/switches", "[".repeat(40) + "]".repeat(40), 400, "no JSON"),
            x("POST /v1/switches?dry=1", "{'name':'sw1'}", 400, "unknown parameter 'dry'"),
            x("GET /v1/switches/sw9", "", 404, "did you mean 'sw0'|switches are sw0"),
            x("GET /v1/switches/sw0", "", 200, "'definition':{|'fdb_entries':0"),
            x("PUT /v1/switches/sw0", "{'workers':2,'loop_guard':false}", 200, "'workers':2|'loop_guard':false"),
            x("PUT /v1/switches/sw0?keepMaps=2", "{}", 400, "'keepMaps'"),
            x(
                    "PUT /v1/switches/sw1",
                    "{'ports':{'a':'null:a','b':{'spec':'null:b','vlan':'access:7'}}}",
                    201,
                    "'access:7'"),
            x("PUT /v1/switches/a%2Fb", "{}", 400, "is no name"),
            x("PUT /v1/switches/-x", "{}", 400, "'-x' is no name|begin with no '-'"),
            x("PUT /v1/switches/sw1", "{'ports':{'a':'null:a','b':'null:a'}}", 409, "attached already as sw1:a"),
            x(
                    "PUT /v1/switches/sw1",
                    "{'ports':{'a':{'spec':'null:a','number':3},'b':{'spec':'null:b','number':3}}}",
                    409,
                    "number 3 is in use"),
            x("GET /v1/switches", "", 200, "'sw0':{|'sw1':{|'ports_up':2"),
            x("GET /v1/switches/sw1/stats", "", 200, "'ports':{'a':{|'monotonic_ns'"),
            x("GET /v1/switches/sw7/stats", "", 404, "no switch 'sw7'"),
            x("DELETE /v1/switches/sw1", "", 204, ""),
            x("DELETE /v1/switches/sw1", "", 404, "no switch 'sw1'"),
            x("PATCH /v1/switches/sw0", "{}", 405, "methods here are DELETE, GET, PUT"),
            x("DELETE /v1/switches", "", 405, "methods here are GET, POST"),
            x("GET /v1/swiches", "", 404, "nothing is at /v1/swiches"),
            x("GET /", "", 404, "'code':'not_found'"));

    private static final List<Exchange> PORTS = List.of(
            x("GET /v1/switches/sw0/ports", "", 404, "no switch 'sw0'"),
            x("POST /v1/switches/sw0/ports", "{'spec':'null:a'}", 404, "no switch 'sw0'"),
            x("PUT /v1/switches/sw0/ports/a", "{'spec':'null:a'}", 404, "no switch 'sw0'"),
            x("POST " + S, "{'name':'sw0'}", 201, ""),
            x("GET /v1/switches/sw0/ports/a", "", 404, "it has no ports"),
            x("POST /v1/switches/sw0/ports", "{'spec':'null:a'}", 201, "'name':'a'|'number':1|'state':'UP'"),
            x("POST /v1/switches/sw0/ports", "{'spec':'null:a'}", 409, "attached already as sw0:a"),
            x("POST /v1/switches/sw0/ports", "{'spec':'memory:a'}", 201, "'name':'a-2'"),
            x("POST /v1/switches/sw0/ports", "{'spec':'null:b','name':'a'}", 409, "is on switch sw0 already"),
            x("POST /v1/switches/sw0/ports", "{'spec':'null:b','number':1}", 409, "number 1 is in use by sw0:a"),
            x("POST /v1/switches/sw0/ports", "{'spec':'nul:b'}", 400, "'pointer':'/spec'|unknown port kind"),
            x("POST /v1/switches/sw0/ports", "{'spec':'tap:a123456789012345'}", 400, "'pointer':'/spec'"),
            x("POST /v1/switches/sw0/ports", "{'spec':'tap:a/b'}", 400, "'pointer':'/spec'"),
            x("POST /v1/switches/sw0/ports", "{'spec':'tap:..'}", 400, "'pointer':'/spec'"),
            x("POST /v1/switches/sw0/ports", "{'spec':'null:b','name':'x y'}", 400, "'pointer':'/name'"),
            x("POST /v1/switches/sw0/ports", "{'spec':'null:b','number':70000}", 400, "'pointer':'/number'"),
            x("POST /v1/switches/sw0/ports", "{'spec':'null:b','vlan':'access:9999'}", 400, "'pointer':'/vlan'"),
            x("POST /v1/switches/sw0/ports", "{'spec':'null:b','link':'loss:200%'}", 400, "'pointer':'/link'"),
            x("POST /v1/switches/sw0/ports", "{'spec':'null:b','link':'loss:1%,for:1s'}", 400, "'pointer':'/link'"),
            x("POST /v1/switches/sw0/ports", "{'spec':'pcap:/nowhere/in.pcap'}", 422, "'code':'missing'"),
            x("POST /v1/switches/sw0/ports", "{'spec':'null:b','speed':1}", 400, "'pointer':'/speed'|fields here are"),
            x(
                    "POST /v1/switches/sw0/ports",
                    "{'spec':'null:b','name':'b','vlan':'trunk:10,20','storm':'broadcast:9'," + "'link':'delay:1ms'}",
                    201,
                    "'vlan':'trunk:10,20'|'link':'delay:1ms"),
            x("GET /v1/switches/sw0/ports", "", 200, "'ports':{'a':{|'b':{"),
            x("GET /v1/switches/sw0/ports/a2", "", 404, "did you mean 'a-2'|ports are a, a-2, b"),
            x("GET /v1/switches/sw0/ports/b", "", 200, "'definition':{'spec':'null:b'"),
            x(
                    "PUT /v1/switches/sw0/ports/b",
                    "{'spec':'null:b','hairpin':true}",
                    200,
                    "'vlan':'unaware'|'hairpin':true"),
            x("PUT /v1/switches/sw0/ports/c", "{'spec':'null:c'}", 201, "'name':'c'"),
            x("PUT /v1/switches/sw0/ports/c", "{'spec':7}", 400, "'pointer':'/spec'"),
            x("PUT /v1/switches/sw0/ports/d", "{'spec':'null:c'}", 409, "attached already as sw0:c"),
            x("PATCH /v1/switches/sw0/ports/b", "{'vlan':'access:5'}", 200, "'vlan':'access:5'|'hairpin':true"),
            x(
                    "PATCH /v1/switches/sw0/ports/b",
                    "{'hairpin':null}",
                    200,
                    "'definition':{'spec':'null:b','vlan':'access:5'}"),
            x("PATCH /v1/switches/sw0/ports/b", "{'vlan':'access:0'}", 400, "'pointer':'/vlan'"),
            x("PATCH /v1/switches/sw0/ports/b", "{'name':'c'}", 400, "'pointer':'/name'"),
            x("PATCH /v1/switches/sw0/ports/b", "{'spec':null}", 400, "'pointer':'/spec'"),
            x("PATCH /v1/switches/sw0/ports/b", "7", 400, "merge patch is an object"),
            x("PATCH /v1/switches/sw0/ports/z", "{}", 404, "no port 'z'"),
            x("DELETE /v1/switches/sw0/ports/c", "", 204, ""),
            x("DELETE /v1/switches/sw0/ports/c", "", 404, "no port 'c'"),
            x("POST /v1/switches/sw0/ports/b", "{}", 405, "methods here are DELETE, GET, PATCH, PUT"));

    private static final List<Exchange> FDB = List.of(
            x("GET /v1/switches/sw0/fdb", "", 404, "no switch 'sw0'"),
            x("POST " + S, "{'name':'sw0','ports':{'a':'null:a','b':'null:b'}}", 201, ""),
            x("GET /v1/switches/sw0/fdb", "", 200, "'count':0|'entries':[]"),
            x("POST /v1/switches/sw0/fdb", "{'mac':'02:00:00:00:00:01','port':'a'}", 201, "'vlan':0|'port':'a'"),
            x(
                    "POST /v1/switches/sw0/fdb",
                    "{'mac':'02:00:00:00:00:01','port':'a'}",
                    409,
                    "static entry of sw0 already"),
            x("POST /v1/switches/sw0/fdb", "{'mac':'02:00:00:00:00:01','port':'b'}", 409, "already, for port a"),
            x("POST /v1/switches/sw0/fdb", "{'mac':'02:00:00:00:00:02','port':'z'}", 404, "no port 'z'|ports are a, b"),
            x("POST /v1/switches/sw0/fdb", "{'mac':'02:00','port':'a'}", 400, "'pointer':'/mac'"),
            x("POST /v1/switches/sw0/fdb", "{'mac':'ff:ff:ff:ff:ff:ff','port':'a'}", 400, "'pointer':'/mac'"),
            x(
                    "POST /v1/switches/sw0/fdb",
                    "{'mac':'02:00:00:00:00:02','port':'a','vlan':5000}",
                    400,
                    "'pointer':'/vlan'"),
            x("POST /v1/switches/sw0/fdb", "{'mac':'02:00:00:00:00:02','prot':'a'}", 400, "did you mean 'port'"),
            x("POST /v1/switches/sw0/fdb", "{'mac':'02:00:00:00:00:02','port':'b','vlan':7}", 201, "'vlan':7"),
            x("GET /v1/switches/sw0/fdb", "", 200, "'count':2|'static':true"),
            x("GET /v1/switches/sw0/fdb?port=b", "", 200, "'count':1|'port':'b'"),
            x("GET /v1/switches/sw0/fdb?vlan=0", "", 200, "'count':1|'port':'a'"),
            x("GET /v1/switches/sw0/fdb?mac=02:00:00:00:00:02", "", 200, "'count':1"),
            x("GET /v1/switches/sw0/fdb?static=0", "", 200, "'count':0"),
            x("GET /v1/switches/sw0/fdb?limit=1", "", 200, "'count':2,'left_out':1"),
            x("GET /v1/switches/sw0/fdb?limit=0", "", 400, "'limit' is '0'"),
            x("GET /v1/switches/sw0/fdb?vlan=x", "", 400, "'vlan' is 'x'"),
            x("GET /v1/switches/sw0/fdb?mac=x", "", 400, "not a MAC address"),
            x("GET /v1/switches/sw0/fdb?port=z", "", 404, "no port 'z'"),
            x("DELETE /v1/switches/sw0/fdb", "", 200, "{'flushed':0}"),
            x("DELETE /v1/switches/sw0/fdb?port=a&vlan=0", "", 200, "{'flushed':0}"),
            x("DELETE /v1/switches/sw0/fdb?prot=a", "", 400, "did you mean 'port'"),
            x("DELETE /v1/switches/sw0/fdb/7/02:00:00:00:00:02", "", 204, ""),
            x("DELETE /v1/switches/sw0/fdb/7/02:00:00:00:00:02", "", 404, "no entry 02:00:00:00:00:02 VLAN 7"),
            x("DELETE /v1/switches/sw0/fdb/9999/02:00:00:00:00:02", "", 400, "is no VLAN"),
            x("DELETE /v1/switches/sw0/fdb/0/xx", "", 400, "not a MAC address"));

    private static final List<Exchange> PROGRAMS = List.of(
            x("POST " + S, "{'name':'sw0','ports':{'a':'null:a'}}", 201, ""),
            x("GET /v1/programs", "", 200, "{'programs':{}}"),
            x("GET /v1/programs?x=1", "", 400, "there are no parameters here"),
            x("GET /v1/switches/sw0/program", "", 404, "no program at sw0"),
            x("PUT /v1/switches/sw9/program", "{'object':'@pkt_count'}", 404, "no switch 'sw9'"),
            x("PUT /v1/switches/sw0/program", "{'object':'@pkt_count'}", 200, "'program':'pkt_count'|'id':'sw0'"),
            x(
                    "PUT /v1/switches/sw0/program",
                    "{'object':'@no_bounds_check'}",
                    422,
                    "'code':'program_rejected'|'kind':'packet_bounds'|'instruction':|'source':{|'expected':"),
            x("GET /v1/switches/sw0/program", "", 200, "'program':'pkt_count'"),
            x("PUT /v1/switches/sw0/program", "{'object':'sha256:12'}", 400, "'pointer':'/object'"),
            x(
                    "PUT /v1/switches/sw0/program",
                    "{'object':'sha256:" + "0".repeat(64) + "'}",
                    404,
                    "no object sha256:000"),
            x("PUT /v1/switches/sw0/program", "{'object':'@pkt_count','program':'nope'}", 422, "'code':'missing'|nope"),
            x("PUT /v1/switches/sw0/program", "{'object':'@pkt_count','engine':'jitt'}", 400, "did you mean 'jit'"),
            x(
                    "PUT /v1/switches/sw0/program",
                    "{'object':'@drop_port','maps':{'blocked_ports':{'53':{}}}}",
                    400,
                    "'pointer':'/maps/blocked_ports/53'"),
            x(
                    "PUT /v1/switches/sw0/program",
                    "{'object':'@drop_port','maps':{'blocked_prots':{'53':0}}}",
                    404,
                    "did you mean 'blocked_ports'"),
            x(
                    "PUT /v1/switches/sw0/program",
                    "{'object':'@drop_port','maps':{'blocked_ports':{'x':0}}}",
                    400,
                    "is not a number"),
            x(
                    "PUT /v1/switches/sw0/program?keepMaps=1",
                    "{'object':'@drop_port','maps':{'blocked_ports':{'53':0}}}",
                    200,
                    "'maps':['sw0::blocked_ports']"),
            x("GET /v1/switches/sw0/ports/a/program", "", 404, "no program at sw0:a|programs are at sw0"),
            x("PUT /v1/switches/sw0/ports/z/program", "{'object':'@pkt_count'}", 404, "no port 'z'"),
            x(
                    "PUT /v1/switches/sw0/ports/a/program",
                    "{'object':'@pkt_count','engine':'interpreter'}",
                    200,
                    "'id':'sw0:a'|'port':'a'|'engine':'interpreter'"),
            x("GET /v1/switches/sw0/ports/a/program", "", 200, "'port':'a'"),
            x("GET /v1/programs", "", 200, "'sw0':{|'sw0:a':{"),
            x("GET /v1/switches/sw0", "", 200, "'programs':{'sw0':{"),
            x("GET /v1/programs/sw0:a/stats", "", 200, "'frames':0"),
            x("GET /v1/programs/sw0:z/stats", "", 404, "no port 'z'"),
            x("GET /v1/programs/sw0/log", "", 200, "'lines':[]|'lost':0"),
            x("GET /v1/programs/sw1/log", "", 404, "no switch 'sw1'"),
            x("GET /v1/programs/sw0/disassembly", "", 200, "'drop_port':{|'code':["),
            x("GET /v1/programs/x/disassembly", "", 404, "no switch 'x'"),
            x("POST /v1/switches/sw0/program/shadow?frames=1&seconds=1", "{'object':'@pkt_count'}", 200, "'frames':0"),
            x("POST /v1/switches/sw0/program/shadow?frames=0", "{'object':'@pkt_count'}", 400, "'frames' is '0'"),
            x("POST /v1/switches/sw0/program/shadow", "{'object':'@no_bounds_check'}", 422, "program_rejected"),
            x(
                    "POST /v1/switches/sw0/ports/a/program/shadow?seconds=1&frames=1&keepMaps=1",
                    "{'object':'@pkt_count'}",
                    200,
                    "'id':'sw0:a'"),
            x("POST /v1/switches/sw0/ports/z/program/shadow", "{'object':'@pkt_count'}", 404, "no port 'z'"),
            x("DELETE /v1/switches/sw0/ports/a/program", "", 204, ""),
            x("DELETE /v1/switches/sw0/ports/a/program", "", 404, "no program at sw0:a"),
            x("DELETE /v1/switches/sw0/program", "", 204, ""),
            x("DELETE /v1/switches/sw0/program", "", 404, "no program at sw0"));

    private static final List<Exchange> MAPS = List.of(
            x("GET /v1/maps", "", 200, "{'maps':{}}"),
            x("GET /v1/maps?all=1", "", 400, "unknown parameter 'all'"),
            x("GET /v1/maps/sw0::blocked_ports/entries", "", 404, "no switch 'sw0'"),
            x("POST " + S, "{'name':'sw0','program':{'object':'@drop_port'},'ports':{'a':'null:a'}}", 201, ""),
            x("GET /v1/maps", "", 200, "'sw0::blocked_ports':{|'type':'HASH'|'key_bytes':2"),
            x("GET /v1/maps/sw0::blocked_ports/entries", "", 200, "'typed':true,'count':0"),
            x("PUT /v1/maps/sw0::blocked_ports/entries", "{'key':53,'value':'0x10'}", 204, ""),
            x("PUT /v1/maps/sw0::blocked_ports/entries", "{'key':'80','value':1}", 204, ""),
            x("PUT /v1/maps/sw0::blocked_ports/entries", "{'key':70000,'value':1}", 400, "does not fit 2 bytes"),
            x("PUT /v1/maps/sw0::blocked_ports/entries", "{'key':1}", 400, "'pointer':'/value'"),
            x("PUT /v1/maps/sw0::blocked_ports/entries", "{'key':[],'value':1}", 400, "'pointer':'/key'"),
            x("PUT /v1/maps/sw0::blocked_ports/entries", "{'kye':1,'value':1}", 400, "did you mean 'key'"),
            x("PUT /v1/maps/sw0::blocked/entries", "{'key':1,'value':1}", 404, "no map 'blocked'"),
            x("GET /v1/maps/sw0::blocked_ports/entries?key=53", "", 200, "'entries':[{'key':53,'value':16}]"),
            x("GET /v1/maps/sw0::blocked_ports/entries?key=54", "", 404, "no entry '54'"),
            x("GET /v1/maps/sw0::blocked_ports/entries?key=x", "", 400, "is not a number"),
            x("GET /v1/maps/sw0::blocked_ports/entries?limit=1", "", 200, "'count':2,'left_out':1"),
            x("GET /v1/maps/sw0::blocked_ports/entries?limit=-1", "", 400, "'limit' is '-1'"),
            x("GET /v1/maps/sw0/entries", "", 404, "maps are named SWITCH::MAP"),
            x("GET /v1/maps/sw0:a:blocked_ports/entries", "", 404, "no program at sw0:a"),
            x("DELETE /v1/maps/sw0::blocked_ports/entries?key=53", "", 204, ""),
            x("DELETE /v1/maps/sw0::blocked_ports/entries?key=53", "", 404, "no entry '53'"),
            x("DELETE /v1/maps/sw0::blocked_ports/entries", "", 400, "parameter 'key' is missing"));

    private static final List<Exchange> LINKS = List.of(
            x("GET /v1/links", "", 200, "{'links':{}}"),
            x("GET /v1/links?x=", "", 400, "unknown parameter 'x'"),
            x("GET /v1/links/sw0/a", "", 404, "no switch 'sw0'"),
            x("POST " + S, "{'name':'sw0','ports':{'a':'null:a'}}", 201, ""),
            x("GET /v1/links/sw0/a", "", 200, "'settings':''|'left_ns':null|'configured':''"),
            x(
                    "PUT /v1/links/sw0/a",
                    "{'settings':'delay:20ms,loss:1%'}",
                    200,
                    "'settings':'delay:20ms,loss:1%|'configured':'delay:20ms,loss:1%"),
            x(
                    "PUT /v1/links/sw0/a",
                    "{'settings':'loss:5%,for:5m'}",
                    200,
                    "'settings':'loss:5%,for:5m|'configured':'delay:20ms"),
            x("GET /v1/switches/sw0/ports/a", "", 200, "'definition':{'spec':'null:a','link':'delay:20ms"),
            x("GET /v1/links", "", 200, "'sw0:a':{"),
            x("PUT /v1/links/sw0/a", "{'settings':'lost:1%'}", 400, "'pointer':'/settings'"),
            x("PUT /v1/links/sw0/a", "{}", 400, "'settings' is missing"),
            x("PUT /v1/links/sw0/a", "{'settings':'loss:1%','seconds':3}", 400, "'pointer':'/seconds'"),
            x("PUT /v1/links/sw0/b", "{'settings':'loss:1%'}", 404, "no port 'b'"),
            x("DELETE /v1/links/sw0/a", "", 204, ""),
            x("GET /v1/links/sw0/a", "", 200, "'settings':''|'configured':''"),
            x("DELETE /v1/links/sw0/a", "", 204, ""),
            x("DELETE /v1/links/sw0/b", "", 404, "no port 'b'"));

    private static final Map<String, List<Exchange>> TABLES = Map.of(
            "switches", SWITCHES,
            "ports", PORTS,
            "fdb", FDB,
            "programs", PROGRAMS,
            "maps", MAPS,
            "links", LINKS);

    private static final String QUOTE = "\"";

    @ParameterizedTest
    @ValueSource(strings = {"switches", "ports", "fdb", "programs", "maps", "links"})
    void answersAsDescribed(String table) throws IOException {
        try (RunningDaemon daemon = new RunningDaemon(folder)) {
            for (Exchange exchange : TABLES.getOrDefault(table, List.of())) {
                String before = exchange.status() >= 400 ? daemon.definitions() : "";
                Answer answer = daemon.send(exchange.method(), exchange.path(), text(daemon, exchange.body()));
                assertEquals(exchange.status(), answer.status(), exchange + ": " + answer.body());
                for (String expected : exchange.expected().replace("'", QUOTE).split("\\|", -1)) {
                    assertTrue(
                            answer.body().contains(expected) || answer.body().contains(expected.replace(QUOTE, "'")),
                            exchange + ": " + answer.body());
                }
                if (exchange.status() >= 400) {
                    assertEquals(before, daemon.definitions(), exchange.toString());
                }
            }
        }
    }

    private static String text(RunningDaemon daemon, String body) throws IOException {
        Matcher matcher = EXAMPLE.matcher(body.replace("'", QUOTE));
        StringBuilder text = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(text, daemon.digest(matcher.group(1)));
        }
        return matcher.appendTail(text).toString();
    }

    @Test
    void anAnswerWithAFieldThatIsNotDescribedIsAnError() {
        Map<String, String> headers = Map.of("content-type", "application/json");
        String path = "/v1/switches";
        RunningDaemon.API.check("GET", path, new Answer(200, headers, "{\"switches\":{}}"));
        assertThrows(
                AssertionError.class,
                () -> RunningDaemon.API.check("GET", path, new Answer(200, headers, "{\"switches\":{},\"more\":1}")));
        assertThrows(
                AssertionError.class,
                () -> RunningDaemon.API.check(
                        "GET", path, new Answer(200, headers, "{\"switches\":{\"a\":{\"workers\":1}}}")));
    }

    @Test
    void everyOperationIsInATableGoodAndBad() {
        Set<String> good = new TreeSet<>();
        Set<String> bad = new TreeSet<>();
        TABLES.values()
                .forEach(table -> table.forEach(exchange -> {
                    String id = RunningDaemon.API.operation(
                            exchange.method(), exchange.path().replaceAll("\\?.*", ""));
                    (exchange.status() < 400 ? good : bad).add(id);
                }));
        Set<String> wanted =
                RunningDaemon.API.operationsOf("/v1/switches", "/v1/programs", "/v1/maps", "/v1/links", "/v1/version");
        wanted.remove("runtime");
        wanted.removeAll(good);
        assertEquals(Set.of(), wanted, "never asked with success");
        Set<String> refused = RunningDaemon.API.operationsOf("/v1/switches", "/v1/programs", "/v1/maps", "/v1/links");
        refused.remove("runtime");
        refused.remove("listSwitches");
        refused.removeAll(bad);
        assertEquals(Set.of(), refused, "never refused");
    }
}
