// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

/**
 * Who asks, as far as it is known.
 *
 * @param source all requests of whom are counted together, such as {@code uid=1000}, {@code token=2} or an address
 * @param detail what differs from one connection to the next; may be empty
 */
record Who(String source, String detail) {
    @Override
    public String toString() {
        return detail.isEmpty() ? source : source + " " + detail;
    }
}
