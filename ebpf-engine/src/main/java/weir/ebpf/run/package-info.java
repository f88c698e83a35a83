// SPDX-License-Identifier: Apache-2.0

/** What a program has while it runs: its frame, its memory, what it holds, and how far it may still go. */
@NullMarked
package weir.ebpf.run;

import org.jspecify.annotations.NullMarked;
