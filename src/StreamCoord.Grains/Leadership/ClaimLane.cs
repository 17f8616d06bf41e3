namespace StreamCoord.Grains.Leadership;

/// <summary>Gathers the claims of this silo, so that a thousand partitions are taken over by a few calls. One per silo; safe for concurrent use.</summary>
internal sealed class ClaimLane(ILeadershipTable table, ClusterIdentity identity)
{
    private readonly RowLane<Claim> _lane = new(claims => table.ClaimAsync(claims, identity.Replica), claim => (claim.TopicId, claim.Partition));

    /// <summary>Claims a term; see <see cref="ILeadershipTable.ClaimAsync"/>. The row as it is then, or null when there is none.</summary>
    public Task<LeadershipRow?> ClaimAsync(Claim claim) => _lane.AskAsync(claim);
}
