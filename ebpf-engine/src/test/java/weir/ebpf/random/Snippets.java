// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.EnumMap;
import java.util.Map;

/** A few instructions that make one {@link Construct}. */
@FunctionalInterface
interface Snippets {
    /** Appends the instructions, or appends nothing and returns false where the frame has not what they need. */
    boolean emit(Frame frame);

    static Snippets of(Construct construct) {
        return Table.BY_CONSTRUCT.get(construct);
    }

    /** Who makes what. */
    final class Table {
        private static final Map<Construct, Snippets> BY_CONSTRUCT = table();

        private Table() {}

        private static Map<Construct, Snippets> table() {
            Map<Construct, Snippets> table = new EnumMap<>(Construct.class);
            for (Construct each : Construct.values()) {
                table.put(each, find(each));
            }
            return table;
        }

        private static Snippets find(Construct construct) {
            return switch (construct) {
                case ALU64 -> frame -> ScalarSnippets.alu(frame, true);
                case ALU32 -> frame -> ScalarSnippets.alu(frame, false);
                case NEGATE -> ScalarSnippets::negate;
                case MOVE_SIGNED -> ScalarSnippets::moveSigned;
                case BYTE_SWAP -> ScalarSnippets::byteSwap;
                case WIDE_IMMEDIATE -> ScalarSnippets::wideImmediate;
                case CONTEXT_LOAD -> ScalarSnippets::contextLoad;
                case IF_64 -> frame -> ControlSnippets.ifThen(frame, true);
                case IF_32 -> frame -> ControlSnippets.ifThen(frame, false);
                case IF_ELSE -> ControlSnippets::ifElse;
                case LONG_JUMP -> ControlSnippets::longJump;
                case EARLY_EXIT -> ControlSnippets::earlyExit;
                case LOOP -> ControlSnippets::loop;
                case STACK_STORE -> StackSnippets::store;
                case STACK_LOAD -> StackSnippets::load;
                case STACK_VARIABLE -> StackSnippets::variable;
                case SPILL -> StackSnippets::spill;
                case FILL -> StackSnippets::fill;
                case ATOMIC_STACK -> StackSnippets::atomic;
                case REGION_LOAD -> RegionSnippets::load;
                case REGION_STORE -> RegionSnippets::store;
                case REGION_VARIABLE -> RegionSnippets::variable;
                case REGION_ADVANCE -> RegionSnippets::advance;
                case GLOBAL_DATA -> RegionSnippets::globalData;
                case READ_ONLY_DATA -> RegionSnippets::readOnlyData;
                case ATOMIC_REGION -> RegionSnippets::atomic;
                case ORDERED_ACCESS -> RegionSnippets::orderedAccess;
                case PACKET_POINTER -> PacketSnippets::pointer;
                case PACKET_LOAD -> PacketSnippets::load;
                case PACKET_STORE -> PacketSnippets::store;
                case PACKET_VARIABLE -> PacketSnippets::variable;
                case ADJUST_HEAD -> PacketSnippets::adjustHead;
                case ADJUST_TAIL -> PacketSnippets::adjustTail;
                case ADJUST_META -> PacketSnippets::adjustMeta;
                case LOAD_BYTES -> PacketSnippets::loadBytes;
                case STORE_BYTES -> PacketSnippets::storeBytes;
                case BUFFER_LENGTH -> PacketSnippets::bufferLength;
                case MAP_LOOKUP -> MapSnippets::lookup;
                case MAP_UPDATE -> MapSnippets::update;
                case MAP_DELETE -> MapSnippets::delete;
                case REDIRECT -> QueueSnippets::redirect;
                case REDIRECT_MAP -> QueueSnippets::redirectMap;
                case RINGBUF_OUTPUT -> QueueSnippets::ringOutput;
                case RINGBUF_RESERVE -> QueueSnippets::ringReserve;
                case RINGBUF_QUERY -> QueueSnippets::ringQuery;
                case QUEUE_PUSH -> QueueSnippets::push;
                case QUEUE_POP -> frame -> QueueSnippets.take(frame, Helpers.MAP_POP_ELEM);
                case QUEUE_PEEK -> frame -> QueueSnippets.take(frame, Helpers.MAP_PEEK_ELEM);
                case CSUM_DIFF -> TextSnippets::checksumDifference;
                case STRNCMP -> TextSnippets::compareText;
                case SNPRINTF -> TextSnippets::print;
                case CALL_STATIC -> CallSnippets::callStatic;
                case CALL_GLOBAL -> CallSnippets::callGlobal;
                case TAIL_CALL -> CallSnippets::tailCall;
                case LOOP_HELPER -> CallSnippets::loop;
                case FOR_EACH -> CallSnippets::forEach;
                case FOR_EACH_HASH -> CallSnippets::forEachHash;
                case CALL_WITH_PACKET -> CallSnippets::callWithPacket;
                case BLOOM_PUSH -> QueueSnippets::bloomPush;
                case BLOOM_PEEK -> QueueSnippets::bloomPeek;
                case MAP_OF_MAPS -> MapSnippets::inner;
                case PERCPU_LOOKUP -> MapSnippets::lookupPerCpu;
                case TARGET_LOOKUP -> MapSnippets::lookupTarget;
                case SPIN_LOCK -> LockSnippets::locked;
                case PERF_EVENT -> HostSnippets::perfEvent;
                case FIB_LOOKUP -> HostSnippets::fibLookup;
                case CHECK_MTU -> HostSnippets::checkMtu;
            };
        }
    }
}
