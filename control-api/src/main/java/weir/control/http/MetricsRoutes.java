// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import weir.control.metrics.Metrics;
import weir.control.metrics.MetricsFormat;

/** {@code /metrics}: Prometheus text, or OpenMetrics for those who ask for it. */
final class MetricsRoutes implements Routes {
    private final Metrics metrics;

    MetricsRoutes(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void mount(Router router) {
        router.get("/metrics").handler(this::scrape);
    }

    private void scrape(RoutingContext context) {
        MetricsFormat format = MetricsFormat.of(context.request().getHeader("Accept"));
        context.vertx()
                .executeBlocking(() -> metrics.scrape(format), false)
                .onSuccess(text -> context.response()
                        .putHeader("Content-Type", format.contentType())
                        .end(text))
                .onFailure(failure -> Answers.fail(context, failure));
    }
}
