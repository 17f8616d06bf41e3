using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace StreamCoord.Silo.Hosting;

/// <summary>Metrics and traces of the silo.</summary>
internal static class Telemetry
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] Meters =
    [
        "StreamCoord.*", "Microsoft.Orleans", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel",
    ];

    private static readonly string[] Sources = ["StreamCoord.*", "Microsoft.Orleans.Application", "Microsoft.Orleans.Lifecycle", "Microsoft.Orleans.Storage"];

    /// <summary>
    /// Collects metrics for <c>GET /metrics</c>. Where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector it also sends metrics and traces
    /// there; without one nobody would read traces, and none are made.
    /// </summary>
    /// <exception cref="StartRefusedException">The collector's address is no URL.</exception>
    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration, ClusterIdentity identity)
    {
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("streamcoord", serviceInstanceId: identity.NodeId.ToString()))
            .WithMetrics(metrics => metrics.AddMeter(Meters).AddPrometheusExporter());
        if (configuration[OtlpEndpoint] is { Length: > 0 } collector)
        {
            if (!Uri.TryCreate(collector, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            {
                throw new StartRefusedException($"{OtlpEndpoint} is '{collector}': it takes the URL of a collector, such as http://localhost:4317.");
            }
            SendToCollector(telemetry);
        }
    }

    /// <summary>A method of its own, so that the exporter's assemblies are loaded only where they are used.</summary>
    private static void SendToCollector(OpenTelemetryBuilder telemetry)
    {
        telemetry
            .WithMetrics(metrics => metrics.AddOtlpExporter())
            .WithTracing(traces => traces.AddSource(Sources).AddAspNetCoreInstrumentation().AddOtlpExporter());
    }
}
