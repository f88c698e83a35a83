// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.core.trace.FrameChange;
import weir.core.trace.PathLine;
import weir.core.trace.TraceDetail;
import weir.core.trace.TracedProgram;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.Bytes;
import weir.ebpf.program.InstructionText;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.SourceLine;
import weir.ebpf.trace.ProgramPath;

/** What a program for XDP or VALE-BPF said about a traced frame, put into lines when somebody reads it. */
record RunNote(
        ProgramSpec spec,
        String place,
        String action,
        String fault,
        int frames,
        FrameChange change,
        @Nullable ProgramPath written,
        InstructionText texts)
        implements TracedProgram {
    @Override
    public String name() {
        return spec.name();
    }

    @Override
    public long instructions() {
        return written == null ? -1 : written.instructions();
    }

    @Override
    public boolean isPathCut() {
        return written != null && written.isCut();
    }

    @Override
    public List<PathLine> path(TraceDetail detail) {
        if (written == null || detail == TraceDetail.NONE) {
            return List.of();
        }
        Lines lines = new Lines(detail, texts);
        for (ProgramPath.Step step : written.steps()) {
            switch (step) {
                case ProgramPath.Stretch stretch -> lines.add(stretch);
                case ProgramPath.Call call -> lines.add(call);
                case ProgramPath.Entered entered -> lines.add(entered);
            }
        }
        return lines.all();
    }

    /** Lines as they are gathered; calls belong to the line before them. */
    private static final class Lines {
        private static final String CODE = "instructions ";

        private final boolean isEachInstruction;
        private final InstructionText texts;
        private final List<PathLine> lines = new ArrayList<>();
        private final List<String> calls = new ArrayList<>();
        private @Nullable SourceLine last;
        private String place = "";
        private String text = "";
        private int times;

        Lines(TraceDetail detail, InstructionText texts) {
            this.texts = texts;
            isEachInstruction = detail == TraceDetail.INSTRUCTIONS;
        }

        void add(ProgramPath.Stretch stretch) {
            ProgramSpec program = stretch.program();
            if (!isEachInstruction && program.lines().isEmpty()) {
                begin(CODE + stretch.from() + "-" + stretch.to(), "", stretch.times());
                return;
            }
            for (int slot = stretch.from(); slot <= stretch.to(); slot++) {
                Instruction instruction = program.code().at(slot);
                if (instruction == null) {
                    continue; // second half of a wide one
                }
                if (isEachInstruction) {
                    begin(Integer.toString(slot), texts.of(instruction), stretch.times());
                } else {
                    source(program.lineAt(slot), slot, stretch.times());
                }
            }
        }

        /** Instructions of one line stand together as long as no other comes between. */
        private void source(@Nullable SourceLine line, int slot, int howOften) {
            SourceLine before = last;
            boolean isSame = line != null
                    && before != null
                    && times == howOften
                    && before.line() == line.line()
                    && before.file().equals(line.file());
            if (isSame) {
                return;
            }
            if (line == null) {
                begin(CODE + slot, "", howOften);
            } else {
                begin(file(line.file()) + ":" + line.line(), line.text().strip(), howOften);
                last = line;
            }
        }

        private static String file(String path) {
            return path.substring(path.lastIndexOf('/') + 1);
        }

        void add(ProgramPath.Call call) {
            StringBuilder said = new StringBuilder(call.helper())
                    .append('(')
                    .append(String.join(", ", call.arguments()))
                    .append(')');
            switch (call.outcome()) {
                case HIT -> said.append(": found").append(value(call.value()));
                case MISS -> said.append(": not found");
                case RETURNED -> said.append(" = ").append(call.result());
                case ENTERED -> said.append(": enters a program");
                case FELL_THROUGH -> said.append(": no program there, goes on");
                case NONE -> {}
            }
            calls.add(said.toString());
        }

        private static String value(@Nullable Bytes value) {
            return value == null ? "" : " " + value;
        }

        void add(ProgramPath.Entered entered) {
            begin("program " + entered.program().name(), "", 1);
        }

        private void begin(String where, String what, int howOften) {
            end();
            place = where;
            text = what;
            times = howOften;
        }

        private void end() {
            if (!place.isEmpty()) {
                lines.add(new PathLine(place, text, times, calls));
            }
            calls.clear();
            last = null;
            place = "";
        }

        List<PathLine> all() {
            end();
            return lines;
        }
    }
}
