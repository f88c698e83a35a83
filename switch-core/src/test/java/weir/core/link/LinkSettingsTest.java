// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkSettingsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "delay:20ms",
                "delay:20ms,jitter:5ms",
                "delay:1500us,jitter:100us,distribution:normal",
                "loss:1%",
                "loss:0.125%",
                "loss:5%,loss-burst:8",
                "duplicate:2%",
                "delay:1s,reorder:25%",
                "corrupt:0.001%",
                "rate:10mbit",
                "rate:1gbit,burst:64kb,limit:20000",
                "down",
                "cut:02:00:00:00:00:02",
                "loss:1%,cut:02:00:00:00:00:01+02:00:00:00:00:02,seed:3",
                "delay:20ms,seed:7,for:5m",
                "direction:to,rate:10mbit;direction:from,rate:1mbit",
                "direction:to,delay:3ms,seed:9;direction:from,down",
                "delay:0ns"
            })
    void writesWhatItReads(String text) {
        LinkSettings settings = LinkSettings.parse(text);
        assertEquals(settings, LinkSettings.parse(settings.toString()), settings::toString);
        assertEquals(text, settings.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "delay:20ms, 20000000, 0",
        "delay:0.5us, 500, 0",
        "delay:60s, 60000000000, 0",
        "'delay:10ms,jitter:10ms', 10000000, 10000000"
    })
    void readsTimesInTheirUnits(String text, long delayNanos, long jitterNanos) {
        Impairments read = LinkSettings.parse(text).toPort();
        assertEquals(delayNanos, read.delayNanos());
        assertEquals(jitterNanos, read.jitterNanos());
    }

    @ParameterizedTest
    @CsvSource({"rate:10mbit, 10000000", "rate:1.5gbit, 1500000000", "rate:800bit, 800"})
    void readsRates(String text, long bitsPerSecond) {
        assertEquals(bitsPerSecond, LinkSettings.parse(text).fromPort().rateBitsPerSecond());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "delay:20 | '20' is not a time such as 20ms; units are ns, us, ms, s",
                "down,for:0s | 'for:0s' is no time; without it settings hold until changed",
                "delay:-1ms | '-1ms' is not a time",
                "delay:61s | delay 61000000000 ns is out of range [0, 60000000000]",
                "delay:0.1ns | '0.1ns' is too large or too fine",
                "jitter:5ms | jitter is larger than the delay",
                "delay:20ms,jitter:21ms | jitter is larger than the delay",
                "loss:1 | '1' is not a percentage such as 1% or 0.5%",
                "loss:101% | '101%' is more than 100%",
                "loss-burst:3 | loss-burst needs a loss",
                "loss:90%,loss-burst:2 | has no room for the frames between",
                "reorder:5% | reorder needs a delay",
                "rate:10 | '10' is not a rate such as 10mbit; units are bit, kbit, mbit, gbit",
                "rate:101gbit | out of range",
                "burst:1kb | burst needs a rate",
                "limit:0 | limit 0 frames is out of range [1, 65536]",
                "limit:x | limit 'x' is not a number",
                "down:yes | 'down' takes no value",
                "distribution:pareto | distribution 'pareto' is neither uniform nor normal",
                "cut:02:00 | '02:00' is not a MAC address like 02:00:00:00:00:01",
                "cut:ff:ff:ff:ff:ff:ff | cut 'ff:ff:ff:ff:ff:ff' is no address of one station",
                "direction:up | direction 'up' is none of to, from, both",
                "delay:1ms,delay:2ms | 'delay' stands twice",
                "delay:1ms;loss:1% | sets the direction 'to' twice",
                "dealy:1ms | 'dealy' in 'dealy:1ms' is no setting of a link; there are delay:20ms",
                "for:99999h | is out of range",
                "direction:to,for:1s;direction:from,for:2s | 'for' stands twice"
            })
    void saysWhatIsWrong(String text, String cause) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> LinkSettings.parse(text));
        assertTrue(String.valueOf(refused.getMessage()).contains(cause), refused::getMessage);
    }
}
