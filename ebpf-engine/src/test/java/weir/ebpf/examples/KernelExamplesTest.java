// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The running kernel accepts every example and does the same. */
@RequiresFeature({Feature.BPF_PROGRAMS, Feature.NETNS})
class KernelExamplesTest implements HeaderExamples, PolicyExamples, ForwardingExamples, VerifierIdioms {
    @Override
    public Subject load(byte[] file) {
        return new KernelSubject(file);
    }
}
