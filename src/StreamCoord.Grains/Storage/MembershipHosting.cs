namespace StreamCoord.Grains.Storage;

/// <summary>Has silos find each other by the database that they share.</summary>
public static class MembershipHosting
{
    /// <summary>Keeps the membership of the cluster in <paramref name="database"/>, a server's, which the caller closes after the silo has stopped.</summary>
    public static ISiloBuilder UseSharedMembership(this ISiloBuilder silo, Database database)
    {
        Invariant.Holds(!database.IsBlocking);
        return silo.UseAdoNetClustering(options => (options.Invariant, options.DataSource) = (database.OrleansInvariant, database.Source));
    }
}
