// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

/**
 * What a program in Java said about a traced frame.
 *
 * @param name of its class
 */
public record JavaProgramNote(String name, String place, String action) implements TracedProgram {}
