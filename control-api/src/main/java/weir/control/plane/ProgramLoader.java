// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.control.plane.ControlException.Code;
import weir.control.program.MapSetting;
import weir.control.program.ReplayException;
import weir.control.program.VerificationReport;
import weir.control.program.ViolationReport;
import weir.control.text.Spelling;
import weir.control.topology.ProgramDefinition;
import weir.core.Switch;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramException;
import weir.core.program.ProgramOptions;
import weir.core.program.ProgramPlace;
import weir.core.program.ShadowReport;
import weir.ebpf.Engine;
import weir.ebpf.LoadException;
import weir.ebpf.ObjectFile;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;

/** Puts programs on switches as their definitions say. */
final class ProgramLoader {
    private final ObjectStore objects;

    ProgramLoader(ObjectStore objects) {
        this.objects = objects;
    }

    /** A place on a switch or, with a name, on a port. */
    static ProgramPlace place(@Nullable String port) {
        return port == null ? ProgramPlace.onSwitch() : ProgramPlace.onPort(port);
    }

    /**
     * Loads a program under traffic.
     *
     * @param keepMaps whether its maps go on with what those of the same definition hold that are there; entries of the
     *     definition are then put into the other maps only
     * @param warmUp longest time that is spent on letting the JVM compile it before it sees a frame
     * @throws ControlException when it cannot be loaded; the program before is still there
     */
    AttachedProgram load(
            Switch sw, @Nullable String port, ProgramDefinition definition, boolean keepMaps, Duration warmUp)
            throws ControlException {
        ObjectFile object = objects.get(definition.object());
        ProgramPlace place = place(port);
        @Nullable
        ObjectFile before = keepMaps
                ? sw.programs().at(place).map(AttachedProgram::blueprint).orElse(null)
                : null;
        try {
            ProgramOptions options =
                    options(definition, object).withKeepMaps(before != null).withWarmUp(warmUp);
            return sw.programs().load(place, object, options, program -> fill(program, definition.maps(), before));
        } catch (LoadException e) {
            throw refused(definition, object, e);
        } catch (ProgramException e) {
            throw of(e);
        } catch (MapRefused e) {
            throw of(e.refusal);
        }
    }

    /**
     * Runs a program on copies of live frames, with no effect. Blocks until they came.
     *
     * @param keepMaps whether its maps begin with copies of what those in place hold
     * @param patience frames that have not come by then are not waited for
     * @throws ControlException when it cannot be loaded
     */
    ShadowReport shadow(
            Switch sw,
            @Nullable String port,
            ProgramDefinition definition,
            boolean keepMaps,
            int frames,
            Duration patience)
            throws ControlException {
        ObjectFile object = objects.get(definition.object());
        try {
            return sw.programs()
                    .shadow(
                            place(port),
                            object,
                            options(definition, object).withKeepMaps(keepMaps),
                            frames,
                            patience,
                            program -> fill(program, definition.maps(), null));
        } catch (LoadException e) {
            throw refused(definition, object, e);
        } catch (ProgramException e) {
            throw of(e);
        } catch (MapRefused e) {
            throw of(e.refusal);
        }
    }

    /** The options that a definition stands for. */
    static ProgramOptions options(ProgramDefinition definition, ObjectFile object) throws ControlException {
        return ProgramOptions.DEFAULT
                .withProgram(definition.program())
                .withTailCalled(tailCalled(definition.maps(), object))
                .withEngine(
                        switch (definition.engine()) {
                            case INTERPRETER -> Engine.interpreter();
                            case JIT -> new Engine.Jit(Engine.JitFallback.WARN, !definition.unchecked());
                        })
                .withOnFault(definition.onFault())
                .withOffloads(definition.offloads());
    }

    /** Programs that entries put into program arrays. */
    private static Set<String> tailCalled(List<MapSetting> entries, ObjectFile object) throws ControlException {
        Set<String> names = new LinkedHashSet<>();
        for (MapSetting entry : entries) {
            try {
                entry.programIn(object).ifPresent(names::add);
            } catch (ReplayException e) {
                throw of(e);
            }
        }
        return names;
    }

    private static void fill(AttachedProgram program, List<MapSetting> entries, @Nullable ObjectFile before) {
        for (MapSetting entry : entries) {
            try {
                if (isNew(entry.map(), program.blueprint(), before)) {
                    entry.put(program);
                }
            } catch (ReplayException e) {
                throw new MapRefused(e);
            }
        }
    }

    private static boolean isNew(String map, ObjectFile object, @Nullable ObjectFile before) {
        Optional<MapSpec> known = before == null ? Optional.empty() : before.map(map);
        return object.map(map)
                .filter(spec -> spec.type() == MapType.PROG_ARRAY // never kept
                        || known.filter(spec::isSameDefinitionAs).isEmpty())
                .isPresent();
    }

    /** Carries a refusal through a callback. */
    private static final class MapRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient ReplayException refusal;

        MapRefused(ReplayException refusal) {
            super(refusal);
            this.refusal = refusal;
        }
    }

    private static ControlException refused(ProgramDefinition definition, ObjectFile object, LoadException e) {
        List<ViolationReport> violations = e.violations().isEmpty() ? List.of() : violations(definition, object);
        if (!violations.isEmpty()) {
            return refused(
                    Code.PROGRAM_REJECTED, "'weir program verify FILE' says the same without a switch", violations, e);
        }
        List<String> names = object.programs().stream()
                .filter(spec -> spec.type().isRunnable() && spec.attach() == ProgramSpec.Attach.DEVICE)
                .map(ProgramSpec::name)
                .toList();
        String asked = definition.program();
        boolean isMissing = !asked.isEmpty() && !names.contains(asked);
        boolean isUndecided = asked.isEmpty() && names.size() > 1;
        return refused(
                isMissing ? Code.MISSING : Code.UNUSABLE,
                (isMissing && !names.isEmpty()) || isUndecided
                        ? Spelling.didYouMean(asked, names)
                                + "--program NAME chooses one, in a topology 'program: NAME'"
                        : "docs/ebpf-support.md says what is supported",
                List.of(),
                e);
    }

    private static ControlException refused(Code code, String hint, List<ViolationReport> violations, LoadException e) {
        return new ControlException(code, String.valueOf(e.getMessage()), hint, List.of(), violations, e);
    }

    private static List<ViolationReport> violations(ProgramDefinition definition, ObjectFile object) {
        return object.programs().stream()
                .filter(spec -> spec.type().isRunnable())
                .filter(spec -> spec.attach() != ProgramSpec.Attach.DEVICE
                        || definition.program().isEmpty()
                        || definition.program().equals(spec.name()))
                .flatMap(spec -> VerificationReport.Program.of(spec, object, 0).violations().stream())
                .toList();
    }

    private static ControlException of(ProgramException e) {
        return new ControlException(Code.UNUSABLE, String.valueOf(e.getMessage()), e.hint(), List.of(), List.of(), e);
    }

    private static ControlException of(ReplayException e) {
        return ControlException.of(e, "/maps");
    }
}
