// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.List;
import weir.ebpf.program.ProgramSpec.Attach;
import weir.ebpf.program.ProgramType;

/** What the names of sections mean; libbpf's {@code section_defs} and what loaders before it took. */
final class SectionNames {
    static final String TEXT = ".text";
    static final String BTF_MAPS = ".maps";
    static final String LEGACY_MAPS = "maps";
    static final String LICENSE = "license";
    static final String BTF = ".BTF";
    static final String BTF_EXT = ".BTF.ext";
    static final String KCONFIG = ".kconfig";

    /** Sections of maps and data, for messages. */
    static final String DATA_SECTIONS = ".maps, maps, .rodata*, .data*, .bss*";

    /** Types that libbpf knows by the whole name or the part before a slash. */
    private static final List<String> OTHER = List.of(
            ("socket sk_reuseport kprobe uprobe uprobe.s kretprobe uretprobe uretprobe.s kprobe.multi kretprobe.multi"
                            + " kprobe.session kretprobe.session uprobe.multi uretprobe.multi uprobe.session"
                            + " uprobe.multi.s uretprobe.multi.s uprobe.session.s ksyscall kretsyscall usdt usdt.s"
                            + " tc tcx classifier action netkit tracepoint tracepoint.s tp tp.s raw_tracepoint"
                            + " raw_tracepoint.s raw_tp raw_tp.s raw_tracepoint.w raw_tp.w tp_btf tp_btf.s fentry"
                            + " fentry.s fmod_ret fmod_ret.s fexit fexit.s fsession fsession.s freplace lsm lsm.s"
                            + " lsm_cgroup iter iter.s syscall perf_event lwt_in lwt_out lwt_xmit lwt_seg6local"
                            + " sockops sk_skb sk_msg lirc_mode2 flow_dissector cgroup_skb cgroup struct_ops"
                            + " struct_ops.s sk_lookup netfilter")
                    .split(" "));

    /** Types that loaders before libbpf 1.0 knew by the beginning of the name alone. */
    private static final List<String> OTHER_BEGINNINGS = List.of(
            "socket",
            "kprobe/",
            "kretprobe/",
            "classifier",
            "action",
            "tracepoint/",
            "raw_tracepoint/",
            "perf_event",
            "lwt_",
            "sockops",
            "sk_skb",
            "sk_msg",
            "cgroup_",
            "lirc_mode2",
            "flow_dissector");

    private SectionNames() {}

    /**
     * The type of a section's programs. A name that says nothing is XDP's: loaders of XDP programs take
     * the section that the user names, whatever its name.
     */
    static ProgramType type(String section) {
        if (section.startsWith("xdp")) {
            return ProgramType.XDP;
        }
        int slash = section.indexOf('/');
        String prefix = slash < 0 ? section : section.substring(0, slash);
        boolean isOther = OTHER.contains(prefix) || OTHER_BEGINNINGS.stream().anyMatch(section::startsWith);
        return isOther ? ProgramType.OTHER : ProgramType.XDP;
    }

    static Attach attach(String section) {
        for (String prefix : List.of("xdp/", "xdp.frags/", "xdp_")) {
            if (isOrIsBelow(section, prefix + "devmap")) {
                return Attach.DEVMAP;
            }
            if (isOrIsBelow(section, prefix + "cpumap")) {
                return Attach.CPUMAP;
            }
        }
        return Attach.DEVICE;
    }

    static boolean isReadOnlyData(String section) {
        return isOrContinues(section, ".rodata");
    }

    static boolean isData(String section) {
        return isReadOnlyData(section) || isOrContinues(section, ".data") || isOrContinues(section, ".bss");
    }

    private static boolean isOrContinues(String section, String name) {
        return section.equals(name) || section.startsWith(name + ".");
    }

    private static boolean isOrIsBelow(String section, String name) {
        return section.equals(name) || section.startsWith(name + "/");
    }
}
