// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import weir.ebpf.program.ProgramType;
import weir.ebpf.xdp.ValeVerdict;
import weir.ebpf.xdp.XdpAction;

/** What programs return, by their type. */
final class Verdicts {
    /** By words, then by the number behind them: {@code port 2} before {@code port 10}. */
    static final Comparator<String> ORDER =
            Comparator.comparing(Verdicts::words).thenComparingLong(Verdicts::number);

    private static final Pattern NUMBER_AT_END = Pattern.compile("\\d+$");

    private Verdicts() {}

    /** {@code XDP_PASS}, {@code port 3} and so on. */
    static String name(ProgramType type, int action) {
        return type == ProgramType.VALE ? ValeVerdict.name(action) : XdpAction.name(action);
    }

    /** Whether the frame goes on. */
    static boolean isAlive(ProgramType type, int action) {
        return type == ProgramType.VALE
                ? !ValeVerdict.isDrop(action)
                : action == XdpAction.PASS || action == XdpAction.TX || action == XdpAction.REDIRECT;
    }

    /** Whether the frame goes where a helper was told. */
    static boolean isRedirect(ProgramType type, int action) {
        return type == ProgramType.XDP && action == XdpAction.REDIRECT;
    }

    /** Largest number of a port that frames may come in by. */
    static int maxPort(ProgramType type) {
        return type == ProgramType.VALE ? ValeVerdict.MAX_PORT : 65_535;
    }

    private static String words(String name) {
        return NUMBER_AT_END.matcher(name).replaceFirst("");
    }

    private static long number(String name) {
        Matcher matcher = NUMBER_AT_END.matcher(name);
        return matcher.find() ? Long.parseLong(matcher.group()) : -1;
    }
}
