// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import java.util.Set;

/**
 * Keys of the Compose specification (compose-spec, schema/compose-spec.json) that a lab has no use for. Those are not
 * mistakes; whatever is in none of these sets and not read is one.
 */
final class ComposeKeys {
    /** What nobody misses: every file has some of it. */
    static final Set<String> UNTOLD = Set.of("image", "version", "container_name", "enable_ipv4", "enable_ipv6");

    static final Set<String> TOP = Set.of("version", "include", "volumes", "configs", "secrets", "models");

    static final Set<String> SERVICE = Set.of(
            "annotations",
            "attach",
            "blkio_config",
            "build",
            "cap_add",
            "cap_drop",
            "cgroup",
            "cgroup_parent",
            "configs",
            "container_name",
            "cpu_count",
            "cpu_percent",
            "cpu_period",
            "cpu_quota",
            "cpu_rt_period",
            "cpu_rt_runtime",
            "cpu_shares",
            "cpus",
            "cpuset",
            "credential_spec",
            "depends_on",
            "deploy",
            "develop",
            "device_cgroup_rules",
            "devices",
            "dns",
            "dns_opt",
            "dns_search",
            "domainname",
            "env_file",
            "environment",
            "expose",
            "extends",
            "external_links",
            "extra_hosts",
            "gpus",
            "group_add",
            "healthcheck",
            "hostname",
            "image",
            "init",
            "ipc",
            "isolation",
            "label_file",
            "labels",
            "links",
            "logging",
            "mem_limit",
            "mem_reservation",
            "mem_swappiness",
            "memswap_limit",
            "models",
            "network_mode",
            "oom_kill_disable",
            "oom_score_adj",
            "pid",
            "pids_limit",
            "platform",
            "ports",
            "post_start",
            "pre_stop",
            "privileged",
            "profiles",
            "provider",
            "pull_policy",
            "read_only",
            "restart",
            "runtime",
            "scale",
            "secrets",
            "security_opt",
            "shm_size",
            "stdin_open",
            "stop_grace_period",
            "stop_signal",
            "storage_opt",
            "sysctls",
            "tmpfs",
            "tty",
            "ulimits",
            "use_api_socket",
            "user",
            "userns_mode",
            "uts",
            "volumes",
            "volumes_from",
            "working_dir");

    static final Set<String> ENDPOINT = Set.of("aliases", "link_local_ips", "priority", "gw_priority");

    static final Set<String> NETWORK =
            Set.of("attachable", "enable_ipv4", "enable_ipv6", "external", "internal", "labels", "name");

    static final Set<String> IPAM = Set.of("options");

    static final Set<String> POOL = Set.of("aux_addresses");

    private ComposeKeys() {}
}
