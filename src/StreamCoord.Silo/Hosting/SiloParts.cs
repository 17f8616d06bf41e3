using StreamCoord.Grains.Storage;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Silo.Data;
using StreamCoord.Silo.Options;

namespace StreamCoord.Silo.Hosting;

/// <summary>What a silo is put together from, however often its start is tried. Immutable.</summary>
/// <param name="Options">How it is configured.</param>
/// <param name="Identity">Who it is.</param>
/// <param name="Directory">Where its data is.</param>
/// <param name="Database">Its database.</param>
/// <param name="Tree">The beginning of its tree.</param>
/// <param name="Certificates">What it proves itself with; null without TLS.</param>
internal sealed record SiloParts(SiloOptionsSet Options, ClusterIdentity Identity, DataDirectory Directory, Database Database, TreePreload Tree, TlsCertificates? Certificates);
