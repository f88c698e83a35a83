// SPDX-License-Identifier: Apache-2.0
package weir.ports;

import java.nio.charset.StandardCharsets;
import weir.core.port.PortException;

/**
 * What Weir accepts as the name of a network interface: what the kernel accepts ({@code
 * dev_valid_name}, net/core/dev.c), less what has a meaning of its own somewhere on the way.
 */
public final class InterfaceName {
    /** {@code IFNAMSIZ} without the final NUL, {@code uapi/linux/if.h}. */
    public static final int MAX_BYTES = 15;

    private static final String INTERFACE = "interface name";

    private InterfaceName() {}

    /** Returns the name, or says what is wrong with it. */
    public static String require(String name) throws PortException {
        return require(name, INTERFACE);
    }

    /**
     * Returns the name of something else that follows the same rules, or says what is wrong with it.
     *
     * @param what the name is called in messages: {@code port name}
     */
    public static String require(String name, String what) throws PortException {
        String rule = what + "s have 1 to " + MAX_BYTES + " letters, digits, '-', '_' or '.', such as t1";
        if (name.isEmpty()) {
            throw new PortException(what + " is empty", rule);
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            // '%' would make the kernel fill in a number; ':' separates old-style aliases.
            if (c <= ' ' || c >= 0x7f || c == '/' || c == '%' || c == ':') {
                throw new PortException(
                        what + " " + PortSpec.quote(name) + " has a character that is not allowed: " + describe(c),
                        rule);
            }
        }
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw new PortException(
                    what + " " + PortSpec.quote(name) + " has " + bytes + " bytes, more than " + MAX_BYTES, rule);
        }
        if (name.equals(".") || name.contains("..")) {
            throw new PortException(what + " " + PortSpec.quote(name) + " reads like a path", rule);
        }
        return name;
    }

    private static String describe(char c) {
        return switch (c) {
            case 0 -> "NUL";
            case ' ', '\t', '\n', '\r' -> "white space";
            default -> c < ' ' || c == 0x7f ? "control character" : c >= 0x7f ? "not ASCII" : "'" + c + "'";
        };
    }
}
