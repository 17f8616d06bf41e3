using System.Net;
using Microsoft.Extensions.Configuration;
using StreamCoord.Silo.Options;
using StreamCoord.Testing;

namespace StreamCoord.Silo.Tests.Deploy;

/// <summary>Whoever starts from the files in deploy/ gets silos that take what is set there: every option exists and every value is accepted.</summary>
public sealed class DeployFilesTests
{
    private const string Compose = "deploy/compose/compose.yaml";
    private const string StatefulSet = "deploy/kubernetes/statefulset.yaml";

    [Fact]
    public void Compose_StartsThreeSilosOfOneCluster()
    {
        YamlFile compose = YamlFile.Read(Compose)[0];
        IReadOnlyList<SiloOptionsSet> silos = [.. compose["services"].Children.Where(service => service.Name.StartsWith("silo", StringComparison.Ordinal)).Select(service => Read(service.Value["environment"].Texts))];

        AssertCluster(silos);
        Assert.All(silos, silo => Assert.Equal($"localhost:{silo.Listeners.Kafka.Port}", silo.Listeners.KafkaAdvertised));
    }

    [Fact]
    public void Kubernetes_StartsThreeSilosOfOneCluster()
    {
        IReadOnlyList<SiloOptionsSet> silos = [.. Enumerable.Range(0, 3).Select(ordinal => Read(EnvironmentOf(ordinal)))];

        AssertCluster(silos);
        Assert.Equal([new NodeId(0), new NodeId(1), new NodeId(2)], silos.Select(silo => silo.Node.NodeId));
        Assert.Equal("streamcoord-2.streamcoord-silos.here.svc:9092", silos[2].Listeners.KafkaAdvertised);
        ListenerOptions listeners = silos[0].Listeners;
        YamlFile pod = YamlFile.Read(StatefulSet)[0]["spec"]["template"]["spec"];
        Assert.Equal(
            new[] { listeners.Kafka, listeners.ZooKeeper, listeners.Http, listeners.Silo, listeners.Gateway }.Select(endpoint => $"{endpoint.Port}"),
            pod["containers"][0]["ports"].Items.Select(port => port["containerPort"].Text));
    }

    [Fact]
    public void Kubernetes_AppliesEveryScriptOfTheDatabase() => Assert.Equal(
        Directory.GetFiles(RepositoryFiles.PathOf("db/postgresql"), "*.sql").Select(Path.GetFileName).Order(StringComparer.Ordinal),
        YamlFile.Read("db/postgresql/kustomization.yaml")[0]["configMapGenerator"][0]["files"].Items.Select(file => file.Text));

    [Fact]
    public void Kubernetes_BuildsEveryManifest() => Assert.Equal(
        Directory.GetFiles(RepositoryFiles.PathOf("deploy/kubernetes"), "*.yaml").Select(Path.GetFileName).Where(name => name != "kustomization.yaml").Order(StringComparer.Ordinal),
        YamlFile.Read("deploy/kubernetes/kustomization.yaml")[0]["resources"].Items.Select(resource => resource.Text).Where(name => name.EndsWith(".yaml", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    private static void AssertCluster(IReadOnlyList<SiloOptionsSet> silos)
    {
        Assert.Equal(3, silos.Select(silo => silo.Node.NodeId).Distinct().Count());
        Assert.Equal(3, silos.Select(silo => silo.Listeners.Silo).Distinct().Count());
        Assert.Equal(3, silos.Select(silo => silo.Listeners.KafkaAdvertised).Distinct().Count());
        Assert.Single(silos.Select(silo => silo.Cluster.ConnectionString).Distinct(), connection => connection is not null);
        Assert.All(silos, silo => Assert.Equal(3, silo.Topics.DefaultReplicationFactor));
        Assert.All(silos, silo => Assert.Equal(IPAddress.Any, silo.Listeners.Http.Address));
    }

    private static SiloOptionsSet Read(IEnumerable<KeyValuePair<string, string>> environment) => SiloOptionsSet.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(environment.Select(variable => KeyValuePair.Create(variable.Key.Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value)))
        .Build());

    /// <summary>What the kubelet makes of a pod's environment.</summary>
    private static Dictionary<string, string> EnvironmentOf(int ordinal)
    {
        var environment = new Dictionary<string, string>(YamlFile.Read("deploy/kubernetes/config.yaml")[0]["data"].Texts);
        foreach (YamlFile variable in YamlFile.Read(StatefulSet)[0]["spec"]["template"]["spec"]["containers"][0]["env"].Items)
        {
            string value = variable.Find("value")?.Text ?? (variable["valueFrom"].Find("fieldRef")?["fieldPath"].Text switch
            {
                "metadata.name" => $"streamcoord-{ordinal}",
                "metadata.namespace" => "here",
                "metadata.labels['apps.kubernetes.io/pod-index']" => $"{ordinal}",
                "status.podIP" => $"10.0.0.{ordinal + 1}",
                { } other => throw new InvalidOperationException($"What is {other} of a pod?"),
                null => "Host=db;Database=streamcoord",
            });
            environment[variable["name"].Text] = environment.Aggregate(value, (text, known) => text.Replace($"$({known.Key})", known.Value, StringComparison.Ordinal));
        }
        return environment;
    }
}
