// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import weir.control.client.DaemonException;
import weir.control.lab.Lab;
import weir.control.lab.LabException;
import weir.control.lab.LabFile;
import weir.control.lab.LabFolder;
import weir.control.lab.LabReport;
import weir.control.machine.Capability;
import weir.control.text.FileTrouble;
import weir.control.topology.TextErrors;

/** {@code weir lab}: Compose files without Docker. */
@Command(
        name = "lab",
        description = {
            "Brings up a Compose file without Docker: a network namespace for each service, switches in the daemon.",
            "",
            "The same file serves 'docker compose' with Weir's network driver. docs/containers.md says what of Compose is"
                    + " read; docker/topologies has examples."
        },
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir lab up docker/topologies/two-hosts.yaml",
            "  ip netns exec weir-two-hosts-a ping 198.18.20.12",
            "  weir lab list",
            "  weir lab down two-hosts"
        })
@Subcommands({LabCommand.Up.class, LabCommand.Down.class, LabCommand.ListAll.class})
public final class LabCommand extends CommandGroup {
    private static final Set<Capability> NEEDED = EnumSet.of(Capability.CAP_NET_ADMIN, Capability.CAP_SYS_ADMIN);

    /** For picocli. */
    public LabCommand() {}

    /** What the three have in common. */
    abstract static class LabBase implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private CommandSpec spec;

        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private OutputOptions output;

        @Option(
                names = "--labs",
                paramLabel = "FOLDER",
                hidden = true,
                defaultValue = "${WEIR_LABS:-/run/weir-labs}",
                description = "Where it is written down which labs there are.")
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private Path labs;

        /** What is done. */
        abstract void run(Lab lab) throws LabException;

        @Override
        public final Integer call() {
            try {
                run(new Lab(new LabFolder(labs)));
                return ExitCode.OK.number();
            } catch (LabException e) {
                throw CommandFailures.of(e.isMissing() ? ExitCode.NOT_FOUND : ExitCode.FAILURE, e, e.hint());
            }
        }

        final void print(Object report, TextTable table) {
            output.print(spec.commandLine().getOut(), report, () -> table);
        }

        final PrintWriter err() {
            return spec.commandLine().getErr();
        }

        final void requirePrivileges() {
            Set<Capability> missing = EnumSet.copyOf(NEEDED);
            missing.removeAll(Capability.effective());
            if (!missing.isEmpty()) {
                throw new CommandFailure(
                        ExitCode.FAILURE,
                        "labs are made of network namespaces, which needs "
                                + missing.stream().map(Enum::name).collect(Collectors.joining(" and ")),
                        "run it as root: sudo weir lab " + spec.name());
            }
        }
    }

    private static TextTable services(LabReport lab) {
        TextTable table = new TextTable("SERVICE", "NAMESPACE", "INTERFACE", "PORT", "STATE", "ADDRESSES");
        lab.services()
                .forEach((service, each) -> each.interfaces()
                        .forEach((name, nic) -> table.row(
                                service,
                                each.present() ? each.namespace() : "-",
                                name,
                                nic.switchName() + ":" + nic.port(),
                                nic.state(),
                                String.join(" ", nic.addresses()))));
        lab.trunks().forEach((place, state) -> table.row("-", "-", "-", place, state, ""));
        return table;
    }

    /** {@code weir lab up}. */
    @Command(
            name = "up",
            description = {
                "Makes a lab, or what of it is missing.",
                "",
                "Namespaces are named weir-LAB-SERVICE ('ip netns'). Needs root and a daemon that runs."
            })
    static final class Up extends LabBase {
        @Parameters(
                paramLabel = "FILE",
                description = "Compose file; its name is the lab's unless it has a name in it.")
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private Path file;

        @Option(
                names = "--run",
                description = "Run the services' commands in their namespaces, as programs of this machine.")
        private boolean run;

        @Option(
                names = "--switches-only",
                description = "Make only what x-weir describes; 'docker compose up' brings the services.")
        private boolean switchesOnly;

        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it before call()
        private DaemonOption daemon;

        /** For picocli. */
        Up() {}

        @Override
        void run(Lab lab) throws LabException {
            LabFile wanted = read();
            if (!switchesOnly) {
                requirePrivileges();
            }
            tellIgnored(wanted);
            LabReport report = lab.up(wanted, new Lab.Options(file, daemon.localSocket(), !switchesOnly, run));
            print(Map.of("labs", Map.of(wanted.name(), report)), services(report));
        }

        private LabFile read() {
            try {
                return LabFile.read(file, System.getenv());
            } catch (TextErrors e) {
                throw ApplyCommand.refused(
                        file.toString(), e, "docs/containers.md says what of Compose is read", err());
            } catch (NoSuchFileException e) {
                throw new CommandFailure(ExitCode.NOT_FOUND, "no file " + file, "write the path of a Compose file", e);
            } catch (IOException e) {
                throw new CommandFailure(
                        ExitCode.FAILURE, "cannot read " + file + ": " + FileTrouble.of(e), "is it a file?", e);
            }
        }

        private void tellIgnored(LabFile wanted) {
            if (!wanted.ignored().isEmpty()) {
                err().println("warning: labs have no use for "
                        + String.join(", ", wanted.ignored().keySet()) + " in " + file);
                err().flush();
            }
        }
    }

    /** {@code weir lab down}. */
    @Command(
            name = "down",
            description = {
                "Takes a lab down, or what is left of it.",
                "",
                "Without its daemon all is removed but what that daemon has in its state; the lab stays in the list, and"
                        + " 'down' again with the daemon removes the rest."
            })
    static final class Down extends LabBase {
        @Parameters(paramLabel = "NAME", description = "Name of the lab.")
        private String name = "";

        @Option(names = "--forget", description = "Without a daemon, do not keep the lab in the list.")
        private boolean forget;

        @Option(
                names = "--socket",
                paramLabel = "FILE",
                description = "Unix socket of the daemon (default: where the lab was made).")
        private @Nullable Path socket;

        /** For picocli. */
        Down() {}

        @Override
        void run(Lab lab) throws LabException {
            requirePrivileges();
            try {
                LabReport.Ended ended = lab.down(name, socket, forget);
                print(
                        ended,
                        new TextTable("LAB", "NAMESPACES", "PROCESSES", "SWITCHES DELETED", "SWITCHES LEFT")
                                .row(
                                        name,
                                        ended.namespaces().size(),
                                        ended.processes(),
                                        words(ended.switchesDeleted()),
                                        words(ended.switchesLeft())));
            } catch (DaemonException e) {
                if (e.kind() != DaemonException.Kind.UNREACHABLE) {
                    throw e;
                }
                throw new CommandFailure(
                        ExitCode.DAEMON_UNREACHABLE,
                        "the namespaces of " + name + " are gone, its switches stay with the daemon: " + e.getMessage(),
                        "'weir lab down " + name + "' again when the daemon runs, or with --forget",
                        e);
            }
        }

        private static String words(List<String> names) {
            return names.isEmpty() ? "-" : String.join(" ", names);
        }
    }

    /** {@code weir lab list}. */
    @Command(name = "list", description = "Lists the labs of this machine and their states.")
    static final class ListAll extends LabBase {
        /** For picocli. */
        ListAll() {}

        @Override
        void run(Lab lab) throws LabException {
            Map<String, LabReport> labs = lab.list();
            TextTable table = new TextTable("LAB", "STATE", "SERVICES", "SWITCHES", "FILE");
            labs.forEach((name, each) -> table.row(
                    name,
                    each.state(),
                    each.services().size(),
                    each.switches().isEmpty() ? "-" : String.join(" ", each.switches()),
                    each.file()));
            print(Map.of("labs", labs), table);
        }
    }
}
