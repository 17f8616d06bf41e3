using StreamCoord.Replication;

namespace StreamCoord.Grains.Leadership;

/// <summary>
/// The table that decides who leads a partition, and who may lead it next. A leader epoch is given to one claimer, once, and the next one is higher, whatever activations Orleans makes.
/// A row's version goes up by one with each change of the row. Safe for concurrent use by any number of silos. A finished call is durable; a call that fails may have been carried out all the same.
/// </summary>
public interface ILeadershipTable
{
    /// <summary>
    /// Makes the rows that are not there yet, with nobody leading. Rows that are there stay as they are.
    /// </summary>
    /// <param name="topicId">The topic's identity.</param>
    /// <param name="firstPartition">The number of the first of them.</param>
    /// <param name="partitions">Where that one and the following are kept.</param>
    Task CreateAsync(TopicId topicId, int firstPartition, IReadOnlyList<PartitionReplicas> partitions);

    /// <summary>Every row of every topic, in no promised order.</summary>
    Task<IReadOnlyList<LeadershipRow>> ReadAllAsync();

    /// <summary>The topic's rows in the order of their partitions; empty for a topic that has none.</summary>
    Task<IReadOnlyList<LeadershipRow>> ReadAsync(TopicId topicId);

    /// <summary>One partition's row, or null.</summary>
    Task<LeadershipRow?> FindAsync(TopicId topicId, int partition);

    /// <summary>
    /// Gives each claim whose row still has the term <see cref="Claim.Expected"/>, and has <paramref name="self"/> in its in-sync set, the term <see cref="Claim.Next"/>. Many claims cost few round trips;
    /// when the call fails, some of them may have been granted.
    /// </summary>
    /// <param name="claims">At most one for a partition. A replica must not have two claims of one partition under way: it could not tell which of them was granted.</param>
    /// <param name="self">Who claims.</param>
    /// <returns>
    /// The rows as they are afterwards, of all claims whose row exists, in no promised order. A claim was granted when the row has its <see cref="Claim.Next"/>, led by <paramref name="self"/>'s node; else the row shows why not.
    /// </returns>
    Task<IReadOnlyList<LeadershipRow>> ClaimAsync(IReadOnlyList<Claim> claims, ReplicaId self);

    /// <summary>
    /// Replaces each in-sync set whose row still has the term and the version that the change names. Many changes cost few round trips; when the call fails, some of them may have been made.
    /// </summary>
    /// <param name="changes">At most one for a partition.</param>
    /// <returns>The rows as they are afterwards, changed or not, of all changes whose row exists, in no promised order.</returns>
    Task<IReadOnlyList<LeadershipRow>> ChangeInSyncAsync(IReadOnlyList<MemberChange> changes);

    /// <summary>Replaces the nodes that are to have a copy, if the row still has the version.</summary>
    /// <returns>The row as it is afterwards, changed or not; null when there is none.</returns>
    Task<LeadershipRow?> AssignAsync(TopicId topicId, int partition, long expectedVersion, Assignment assignment);

    /// <summary>Takes the topic's rows away. No effect when there are none.</summary>
    Task DeleteAsync(TopicId topicId);
}
