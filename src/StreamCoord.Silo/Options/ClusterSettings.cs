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

    public static ClusterSettings Read(SettingsReader settings)
    {
        string? clusterId = settings.Text("Cluster:ClusterId", accepted: $"{ClusterIdLength} characters of URL-safe base64");
        if (clusterId is not null && !IsClusterId(clusterId))
        {
            throw SettingsReader.Refuse("Cluster:ClusterId", clusterId, $"it takes {ClusterIdLength} characters of a-z, A-Z, 0-9, '-' and '_', the base64 form of 16 bytes");
        }
        return new ClusterSettings { ClusterId = clusterId, ConnectionString = settings.Text("Cluster:ConnectionString", accepted: "a connection string of Npgsql") };
    }

    /// <summary>True for the form that cluster ids have.</summary>
    public static bool IsClusterId(string text) => text.Length == ClusterIdLength && Base64Url.IsValid(text);

    /// <summary>A new random id.</summary>
    public static string NewClusterId() => Base64Url.EncodeToString(Guid.NewGuid().ToByteArray());
}
