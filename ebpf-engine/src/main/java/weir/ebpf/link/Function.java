// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

/**
 * A function at its place in the object.
 *
 * @param name empty where no symbol names it
 * @param start first slot in its section
 * @param end slot behind it
 * @param isHidden whether it counts as static although other files could see it
 */
record Function(CodeSection section, String name, int start, int end, boolean isGlobal, boolean isHidden) {
    /** Its name, or that of its section where it has none. */
    String programName() {
        return name.isEmpty() ? section.name() : name;
    }

    int slots() {
        return end - start;
    }
}
