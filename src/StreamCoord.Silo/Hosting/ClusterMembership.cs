using Orleans.Configuration;
using StreamCoord.Grains.Storage;
using StreamCoord.Silo.Options;

namespace StreamCoord.Silo.Hosting;

/// <summary>How silos find each other, and how soon one that is gone is missed.</summary>
internal static class ClusterMembership
{
    private const int VotesForDeath = 2;

    /// <summary>Shared by the connection's calls, pushes and probes: with several a probe mostly does not wait behind a large batch.</summary>
    private const int ConnectionsPerSilo = 4;

    private static readonly TimeSpan TableRefresh = TimeSpan.FromSeconds(5);

    /// <summary>A joiner waits for those that were alive three times this long ago, so that after the loss of all silos the first one starts within half a minute.</summary>
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(10);

    /// <summary>A silo with a database of its own is alone; the others keep their membership in the database that they share.</summary>
    public static void AddMembership(this ISiloBuilder silo, ClusterSettings settings, Database database, Endpoints endpoints)
    {
        if (settings.ConnectionString is null)
        {
            silo.UseDevelopmentClustering(endpoints.Silo);
            return;
        }
        silo.UseSharedMembership(database);
        silo.Configure<ClusterMembershipOptions>(membership => Tune(membership, settings));
        silo.Configure<ConnectionOptions>(connections => connections.ConnectionsPerEndpoint = ConnectionsPerSilo);
    }

    // The times belong together: Orleans stretches a probe up to the longest one, and as long as the connection still brings bytes it counts no vote before the longest one has been missed so often.
    private static void Tune(ClusterMembershipOptions membership, ClusterSettings settings)
    {
        TimeSpan probe = TimeSpan.FromMilliseconds(settings.ProbeTimeoutMs);
        membership.ProbeTimeout = probe;
        membership.MinProbeTimeout = probe * 0.75;
        membership.MaxProbeTimeout = probe * 1.5;
        membership.NumMissedProbesLimit = settings.MissedProbesMax;
        membership.NumVotesForDeathDeclaration = VotesForDeath;
        membership.TableRefreshTimeout = TableRefresh;
        membership.IAmAliveTablePublishTimeout = SignOfLife;
        membership.EnableIndirectProbes = true;
        membership.EnableConnectionLivenessCheck = true;
    }
}
