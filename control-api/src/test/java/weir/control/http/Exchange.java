// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

/**
 * A request and what is expected of its answer. In {@code body} and {@code expected} {@code '} stands for {@code "}, and
 * {@code @NAME} for the digest of an example's object.
 *
 * @param request method and path
 * @param status of the answer
 * @param expected texts that the answer has, separated by {@code |}
 */
record Exchange(String request, String body, int status, String expected) {
    String method() {
        return request.split(" ", -1)[0];
    }

    String path() {
        return request.split(" ", -1)[1];
    }
}
