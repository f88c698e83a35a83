// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.control.program.Printable;
import weir.control.program.Verdict;
import weir.control.program.VerificationReport;
import weir.control.program.ViolationReport;

/** What the verifier says, as people read it: in the manner of a compiler. */
final class VerificationText {
    private static final int TAB = 8;
    private static final int LINE_NUMBER_WIDTH = 5;
    private static final int MOST_STEPS = 8;
    private static final double NANOS_PER_MILLI = 1e6;

    private final PrintWriter out;
    private final Colours colours;

    VerificationText(PrintWriter out, Colours colours) {
        this.out = out;
        this.colours = colours;
    }

    /** The whole report. */
    void print(VerificationReport report) {
        report.programs().forEach(this::program);
        if (!report.notVerified().isEmpty()) {
            report.notVerified()
                    .forEach((name, reason) ->
                            out.println(Printable.of(name) + ": not verified: " + Printable.of(reason)));
        }
        out.println();
        out.println(summary(report));
        out.flush();
    }

    private static String summary(VerificationReport report) {
        int programs = report.programs().size();
        if (programs == 1) {
            return report.rejected() == 0 ? "1 program, accepted" : "1 program, rejected";
        }
        return counted(programs, "program") + ": " + report.accepted() + " accepted, " + report.rejected()
                + " rejected";
    }

    private void program(String name, VerificationReport.Program program) {
        if (program.log() != null && !program.log().isEmpty()) {
            out.println("log of " + Printable.of(name) + ":");
            leftOut(program.logLeftOut());
            program.log().lines().forEach(line -> out.println("  " + Printable.of(line)));
        }
        boolean isAccepted = program.verdict() == Verdict.ACCEPTED;
        String verdict = program.verdict().toString();
        out.println(colours.bold(Printable.of(name)) + " (section " + Printable.of(program.section()) + "): "
                + (isAccepted ? colours.good(verdict) : colours.error(verdict)) + ": "
                + walk(program.walk(), isAccepted));
        violations(program);
    }

    private void leftOut(VerificationReport.@Nullable LeftOut beginning) {
        if (beginning != null && beginning.lines() > 0) {
            out.println("  ... " + counted(beginning.lines(), "line") + " before this, "
                    + counted(beginning.bytes(), "byte") + ", are left out");
        }
    }

    private static String walk(VerificationReport.Walk walk, boolean isAccepted) {
        String stack = isAccepted ? ", " + counted(walk.stackBytes(), "byte") + " of stack" : "";
        return counted(walk.instructions(), "instruction") + " walked, " + counted(walk.storedStates(), "state")
                + " stored" + stack + String.format(Locale.ROOT, ", %,.1f ms", walk.timeNs() / NANOS_PER_MILLI);
    }

    /** All that is wrong with a program. */
    void violations(VerificationReport.Program program) {
        violations(program.violations());
    }

    /** What is wrong, each at its place. */
    void violations(List<ViolationReport> violations) {
        for (ViolationReport violation : violations) {
            out.println(place(violation) + colours.error("error:") + ' ' + Printable.of(violation.message()));
            if (violation.source() != null) {
                excerpt(violation.source());
            }
            detail(instructionTitle(violation), violation.text());
            detail("rule", violation.rule());
            detail("required", violation.expected().equals(violation.rule()) ? "" : violation.expected());
            detail("found", violation.found().equals(violation.message()) ? "" : violation.found());
            detail("state", violation.register() == null ? "" : "R" + violation.register() + '=' + violation.state());
            path(violation.path());
            if (!violation.hint().isEmpty()) {
                out.println("  " + colours.hint("hint:") + ' ' + Printable.of(violation.hint()));
            }
        }
        out.flush();
    }

    /** {@code file.c:12:5: }, as editors read it. */
    private String place(ViolationReport violation) {
        ViolationReport.Source source = violation.source();
        if (source == null) {
            String where = violation.function().isEmpty() ? "" : Printable.of(violation.function()) + ": ";
            return violation.instruction() == null
                    ? colours.bold(where)
                    : colours.bold(where + "instruction " + violation.instruction() + ": ");
        }
        String column = source.column() == 0 ? "" : ":" + source.column();
        return colours.bold(Printable.of(source.file()) + ':' + source.line() + column + ": ");
    }

    /** The line, and a caret below the column. */
    private void excerpt(ViolationReport.Source source) {
        if (source.text().isBlank()) {
            return;
        }
        String text = untabbed(source.text()).stripTrailing();
        out.println(String.format(Locale.ROOT, "%" + LINE_NUMBER_WIDTH + "d | ", source.line()) + Printable.of(text));
        if (source.column() > 0 && source.column() <= source.text().length()) {
            String before = Printable.of(untabbed(source.text().substring(0, source.column() - 1)));
            out.println(" ".repeat(LINE_NUMBER_WIDTH) + " | " + " ".repeat(before.length()) + colours.good("^"));
        }
    }

    /** Tabs as spaces, so that the caret stands where it should. */
    private static String untabbed(String text) {
        StringBuilder spaced = new StringBuilder();
        text.chars().forEach(c -> {
            if (c == '\t') {
                spaced.append(" ".repeat(TAB - spaced.length() % TAB));
            } else {
                spaced.append((char) c);
            }
        });
        return spaced.toString();
    }

    private static String instructionTitle(ViolationReport violation) {
        return violation.instruction() == null ? "instruction" : "instruction " + violation.instruction();
    }

    private void detail(String title, String text) {
        if (!text.isEmpty()) {
            out.println("  " + title + ": " + Printable.of(text));
        }
    }

    /** The way there, last branches last. */
    private void path(List<ViolationReport.Step> path) {
        if (path.isEmpty()) {
            return;
        }
        List<ViolationReport.Step> last = path.subList(Math.max(0, path.size() - MOST_STEPS), path.size());
        out.println("  reached by:");
        for (ViolationReport.Step step : last) {
            String times = step.times() == 1 ? "" : " " + step.times() + " times";
            out.println("    " + where(step.source()) + "instruction " + step.instruction() + ": " + step.text() + ": "
                    + (step.taken() ? "taken" : "not taken") + times + quoted(step.source()));
        }
    }

    private static String where(ViolationReport.@Nullable Source source) {
        return source == null ? "" : "line " + source.line() + ", ";
    }

    private static String quoted(ViolationReport.@Nullable Source source) {
        String text =
                source == null ? "" : Objects.requireNonNull(source).text().strip();
        return text.isEmpty() ? "" : "  // " + Printable.of(text);
    }

    private static String counted(long number, String what) {
        return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? what : what + "s");
    }
}
