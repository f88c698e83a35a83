// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import weir.core.frame.FramePool;

/** Which frames a capture takes: a blueprint, made live once for each capture. Any thread. */
public interface FrameFilter {
    /**
     * Makes it live.
     *
     * @param workers that will run it, numbered from 0
     * @param pool where the frames are
     * @throws FilterException when it cannot be
     */
    Live load(int workers, FramePool pool) throws FilterException;

    /** A filter that workers run, each on its own thread. */
    interface Live extends AutoCloseable {
        /**
         * Looks at frames. Neither blocks nor throws nor allocates, and changes no frame.
         *
         * @param frames {@code frames[from .. from + count)}, at most {@link weir.core.frame.FrameBatch#MAX_CAPACITY}
         * @param portNumber of the port where they are captured
         * @param keep written from 0 on: most bytes of each frame that are wanted, unsigned; 0 for none
         */
        void run(int worker, long[] frames, int from, int count, int portNumber, int[] keep);

        /**
         * Looks at a frame that is in no slot, under the same terms.
         *
         * @param address of its first byte; nobody writes there during the call
         * @return most bytes of it that are wanted, unsigned; 0 for none
         */
        int run(int worker, long address, int lengthBytes, int portNumber);

        /** When no worker runs it any more. */
        @Override
        void close();
    }
}
