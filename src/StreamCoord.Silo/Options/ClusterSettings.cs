using System.Buffers.Text;

namespace StreamCoord.Silo.Options;

/// <summary>Which cluster the silo belongs to. Immutable; a change needs a restart.</summary>
internal sealed class ClusterSettings
{
    /// <summary>The length of a cluster id in characters: 16 bytes in base64.</summary>
    public const int ClusterIdLength = 22;

    /// <summary><c>Cluster:ClusterId</c>: 22 characters of URL-safe base64, Kafka's <c>cluster.id</c>.</summary>
    /// <value>None: that of the database; where it has none, generated at the first start and kept there and in the data directory.</value>
    public string? ClusterId { get; init; }

    /// <summary><c>Cluster:ConnectionString</c>: the PostgreSQL database that the cluster shares.</summary>
    /// <value>None: the silo is alone and keeps an SQLite file in its data directory.</value>
    public string? ConnectionString { get; init; }

    /// <summary><c>Cluster:ProbeTimeoutMs</c>: how long a silo waits for another one's answer to a probe. The same on all silos: with different ones the slowest decides.</summary>
    /// <value>1,000: with three missed probes a killed silo is declared dead within a few seconds, and a pause of a second, of the garbage collector or of a virtual machine, is none.</value>
    public int ProbeTimeoutMs { get; init; } = 1_000;

    /// <summary><c>Cluster:MissedProbesMax</c>: how many probes in a row a silo may miss before another one votes for its death.</summary>
    /// <value>3.</value>
    public int MissedProbesMax { get; init; } = 3;

    public static ClusterSettings Read(SettingsReader settings)
    {
        string? clusterId = settings.Text("Cluster:ClusterId", accepted: $"{ClusterIdLength} characters of URL-safe base64");
        if (clusterId is not null && !IsClusterId(clusterId))
        {
            throw SettingsReader.Refuse("Cluster:ClusterId", clusterId, $"it takes {ClusterIdLength} characters of a-z, A-Z, 0-9, '-' and '_', the base64 form of 16 bytes");
        }
        var defaults = new ClusterSettings();
        return new ClusterSettings
        {
            ClusterId = clusterId,
            ConnectionString = settings.Text("Cluster:ConnectionString", accepted: "a connection string of Npgsql"),
            ProbeTimeoutMs = settings.Number("Cluster:ProbeTimeoutMs", defaults.ProbeTimeoutMs, 100, 60_000),
            MissedProbesMax = settings.Number("Cluster:MissedProbesMax", defaults.MissedProbesMax, 1, 100),
        };
    }

    /// <summary>True for the form that cluster ids have.</summary>
    public static bool IsClusterId(string text) => text.Length == ClusterIdLength && Base64Url.IsValid(text);

    /// <summary>A new random id.</summary>
    public static string NewClusterId() => Base64Url.EncodeToString(Guid.NewGuid().ToByteArray());
}
