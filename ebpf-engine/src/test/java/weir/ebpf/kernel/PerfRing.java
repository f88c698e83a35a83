// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import weir.ebpf.map.Bytes;
import weir.ebpf.memory.Mem;

/**
 * Where {@code bpf_perf_event_output} of one CPU goes: an event of type {@code PERF_COUNT_SW_BPF_OUTPUT} and its
 * ring, {@code uapi/linux/perf_event.h}. One thread, and no program runs meanwhile.
 */
public final class PerfRing implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;
    /** A power of two; so many that what one scenario puts out never comes round to the start. */
    private static final int DATA_PAGES = 128;

    private static final long MAPPED_BYTES = (1L + DATA_PAGES) * PAGE_BYTES;

    /** {@code struct perf_event_attr}: type 0, size 4, config 8, sample_period 16, sample_type 24. */
    private static final int ATTR_BYTES = 112;

    private static final int TYPE_SOFTWARE = 1;
    private static final long BPF_OUTPUT = 10;
    private static final long SAMPLE_RAW = 1 << 10;

    /** {@code struct perf_event_mmap_page}. */
    private static final int DATA_HEAD = 1024;

    private static final int DATA_TAIL = 1032;

    /** {@code struct perf_event_header}: type u32, misc u16, size u16; then, for a sample, size u32 and data. */
    private static final int RECORD_SAMPLE = 9;

    private static final int RECORD_SIZE = 6;
    private static final int RAW_SIZE = 8;
    private static final int RAW_DATA = 12;

    private final int fd;
    private final long pages;

    public PerfRing(int cpu) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ATTR_BYTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, TYPE_SOFTWARE);
            attributes.set(JAVA_INT, 4, ATTR_BYTES);
            attributes.set(JAVA_LONG, 8, BPF_OUTPUT);
            attributes.set(JAVA_LONG, 16, 1);
            attributes.set(JAVA_LONG, 24, SAMPLE_RAW);
            fd = NativeCalls.openPerfEvent(attributes, cpu);
        }
        pages = NativeCalls.map(fd, MAPPED_BYTES, NativeCalls.PROT_READ_WRITE, 0);
    }

    /** What goes into the array of events. */
    public int fd() {
        return fd;
    }

    /**
     * Takes all samples, each with the zeros behind it that {@link #padded} describes.
     *
     * @throws IllegalStateException for records of another kind: samples were lost
     */
    public List<Bytes> take() {
        List<Bytes> samples = new ArrayList<>();
        long head = Mem.getLong(pages + DATA_HEAD);
        long tail = Mem.getLong(pages + DATA_TAIL);
        if (head > (long) DATA_PAGES * PAGE_BYTES) {
            throw new IllegalStateException("the ring is too small: " + head + " bytes were put out");
        }
        while (tail < head) {
            long record = pages + PAGE_BYTES + tail;
            if (Mem.getInt(record) != RECORD_SAMPLE) {
                throw new IllegalStateException("record of type " + Mem.getInt(record));
            }
            byte[] sample = new byte[Mem.getInt(record + RAW_SIZE)];
            Mem.copyTo(record + RAW_DATA, sample, 0, sample.length);
            samples.add(Bytes.of(sample));
            tail += Short.toUnsignedInt(Mem.getShort(record + RECORD_SIZE));
        }
        Mem.putLong(pages + DATA_TAIL, tail);
        return samples;
    }

    /** The data with zeros up to where the next record begins, as the kernel counts its length. */
    public static Bytes padded(Bytes data) {
        int recordBytes = data.length() + Integer.BYTES + 7 & -8;
        return Bytes.of(Arrays.copyOf(data.toArray(), recordBytes - Integer.BYTES));
    }

    @Override
    public void close() {
        NativeCalls.unmap(pages, MAPPED_BYTES);
        BpfSyscall.close(fd);
    }
}
