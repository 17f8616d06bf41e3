namespace StreamCoord;

/// <summary>
/// What can go wrong with a request to the log side: Kafka's error names with Kafka's numbers, so that one table serves
/// the grains, the Kafka gateway (which sends the number) and the HTTP gateway (which sends <see cref="ErrorCodes.WireName"/>).
/// </summary>
public enum ErrorCode : short
{
    /// <summary>A failure that has no code of its own; the log of the silo says more.</summary>
    UnknownServerError = -1,

    /// <summary>Success.</summary>
    None = 0,

    /// <summary>The offset lies outside the log; the answer carries the valid range.</summary>
    OffsetOutOfRange = 1,

    /// <summary>A batch is malformed or its CRC does not match.</summary>
    CorruptMessage = 2,

    /// <summary>No such topic, or no such partition of it.</summary>
    UnknownTopicOrPartition = 3,

    /// <summary>Nobody leads the partition now, or whoever knows cannot be reached; retriable.</summary>
    LeaderNotAvailable = 5,

    /// <summary>This node does not lead the partition (any more); retriable.</summary>
    NotLeaderOrFollower = 6,

    /// <summary>The request was not finished in its time; retriable, the records may be written all the same.</summary>
    RequestTimedOut = 7,

    /// <summary>A node that keeps a copy does not live; only clients that know of no such nodes are told.</summary>
    ReplicaNotAvailable = 9,

    /// <summary>A batch is larger than the topic's <c>max.message.bytes</c>.</summary>
    MessageTooLarge = 10,

    /// <summary>The metadata of a committed offset is longer than <c>Groups:OffsetMetadataMax</c>.</summary>
    OffsetMetadataTooLarge = 12,

    /// <summary>The group's coordinator is still reading what was committed; retriable.</summary>
    CoordinatorLoadInProgress = 14,

    /// <summary>The group's coordinator cannot serve now, because its log takes no writes or the group is being deleted; retriable.</summary>
    CoordinatorNotAvailable = 15,

    /// <summary>This node does not coordinate the group (any more); retriable, what was asked may be done all the same.</summary>
    NotCoordinator = 16,

    /// <summary>The topic name is not legal, or the topic is internal.</summary>
    InvalidTopicException = 17,

    /// <summary>A set of batches is larger than the topic's <c>segment.bytes</c>.</summary>
    RecordListTooLarge = 18,

    /// <summary>The topic's <c>min.insync.replicas</c> is more than there are in sync; nothing was written; retriable.</summary>
    NotEnoughReplicas = 19,

    /// <summary>The batch was written, but by the time it could be committed there were fewer in sync than <c>min.insync.replicas</c>: it may be lost; retriable.</summary>
    NotEnoughReplicasAfterAppend = 20,

    /// <summary>Acks is not -1, 0 or 1.</summary>
    InvalidRequiredAcks = 21,

    /// <summary>The member's generation is not the group's current one.</summary>
    IllegalGeneration = 22,

    /// <summary>The member's protocol type or protocols do not fit those of the group's other members.</summary>
    InconsistentGroupProtocol = 23,

    /// <summary>The group id is empty.</summary>
    InvalidGroupId = 24,

    /// <summary>The group has no such member; it joins anew, with an empty member id.</summary>
    UnknownMemberId = 25,

    /// <summary>The session timeout lies outside <c>Groups:SessionTimeoutMsMin</c> and <c>Groups:SessionTimeoutMsMax</c>.</summary>
    InvalidSessionTimeout = 26,

    /// <summary>The group is rebalancing: the member joins again.</summary>
    RebalanceInProgress = 27,

    /// <summary>The committed offsets of one request do not fit into one batch.</summary>
    InvalidCommitOffsetSize = 28,

    /// <summary>The caller may not do this with the topic.</summary>
    TopicAuthorizationFailed = 29,

    /// <summary>The user may not do this with the group.</summary>
    GroupAuthorizationFailed = 30,

    /// <summary>The user may not do this with the cluster.</summary>
    ClusterAuthorizationFailed = 31,

    /// <summary>A timestamp is too far from the leader's clock for the topic.</summary>
    InvalidTimestamp = 32,

    /// <summary>The mechanism of authentication is not enabled.</summary>
    UnsupportedSaslMechanism = 33,

    /// <summary>Authentication is not asked for here, or not now.</summary>
    IllegalSaslState = 34,

    /// <summary>The request's version or format is not supported.</summary>
    UnsupportedVersion = 35,

    /// <summary>The topic exists already.</summary>
    TopicAlreadyExists = 36,

    /// <summary>The partition count is not legal.</summary>
    InvalidPartitions = 37,

    /// <summary>The replication factor cannot be met by the nodes that are there.</summary>
    InvalidReplicationFactor = 38,

    /// <summary>Replicas were assigned by hand to brokers that cannot have them.</summary>
    InvalidReplicaAssignment = 39,

    /// <summary>A topic configuration does not exist or its value is out of range.</summary>
    InvalidConfig = 40,

    /// <summary>The request contradicts itself.</summary>
    InvalidRequest = 42,

    /// <summary>The message format (magic) is not version 2.</summary>
    UnsupportedForMessageFormat = 43,

    /// <summary>A rule of the topic forbids it, such as taking records away by offset where its cleanup policy does not delete.</summary>
    PolicyViolation = 44,

    /// <summary>An idempotent producer's sequence number is not the next one.</summary>
    OutOfOrderSequenceNumber = 45,

    /// <summary>An idempotent producer's epoch is older than the newest one seen.</summary>
    InvalidProducerEpoch = 47,

    /// <summary>The producer is not in a transaction that would allow this.</summary>
    InvalidTxnState = 48,

    /// <summary>The transactional id is not the producer id's.</summary>
    InvalidProducerIdMapping = 49,

    /// <summary>A transaction timeout that is not between 1 and the service's maximum.</summary>
    InvalidTransactionTimeout = 50,

    /// <summary>The producer's last transaction is still being finished. Send it again.</summary>
    ConcurrentTransactions = 51,

    /// <summary>A newer coordinator has decided about that producer's transactions.</summary>
    TransactionCoordinatorFenced = 52,

    /// <summary>The user may not do this with the transactional id.</summary>
    TransactionalIdAuthorizationFailed = 53,

    /// <summary>Access control lists are not looked at here, so there are none.</summary>
    SecurityDisabled = 54,

    /// <summary>Nothing was done, because another part of the request could not be.</summary>
    OperationNotAttempted = 55,

    /// <summary>The disk under the log failed or is full; retriable when there is room again.</summary>
    KafkaStorageError = 56,

    /// <summary>The client has not proved who it is.</summary>
    SaslAuthenticationFailed = 58,

    /// <summary>Partitions of the topic are being moved to other nodes.</summary>
    ReassignmentInProgress = 60,

    /// <summary>The group has members, or its offsets belong to a protocol that the service cannot read.</summary>
    NonEmptyGroup = 68,

    /// <summary>There is no such group.</summary>
    GroupIdNotFound = 69,

    /// <summary>The fetch session is not known (any more); the client begins a new one.</summary>
    FetchSessionIdNotFound = 70,

    /// <summary>The request's epoch is not the next one of its fetch session; the client begins a new one.</summary>
    InvalidFetchSessionEpoch = 71,

    /// <summary>The caller's leader epoch is older than the current one.</summary>
    FencedLeaderEpoch = 74,

    /// <summary>The caller's leader epoch is newer than the one known here.</summary>
    UnknownLeaderEpoch = 75,

    /// <summary>The compression codec is not known.</summary>
    UnsupportedCompressionType = 76,

    /// <summary>The offset exists but cannot be answered yet; retriable.</summary>
    OffsetNotAvailable = 78,

    /// <summary>The member joins again, with the member id in the answer (KIP-394).</summary>
    MemberIdRequired = 79,

    /// <summary>Whoever should lead the partition does not live, or cannot take over now.</summary>
    PreferredLeaderNotAvailable = 80,

    /// <summary>The group has as many members as <c>Groups:MembersMax</c> allows.</summary>
    GroupMaxSizeReached = 81,

    /// <summary>Another member has joined with the same group.instance.id and taken this one's place (KIP-345).</summary>
    FencedInstanceId = 82,

    /// <summary>No copy of the partition that may lead lives.</summary>
    EligibleLeadersNotAvailable = 83,

    /// <summary>The partition is led by whom it should be led; Kafka calls it retriable, because its client has old metadata.</summary>
    ElectionNotNeeded = 84,

    /// <summary>The partition is not being moved to other nodes, so that nothing can be called off.</summary>
    NoReassignmentInProgress = 85,

    /// <summary>The topic's offsets cannot be deleted: the group subscribes to it.</summary>
    GroupSubscribedToTopic = 86,

    /// <summary>A record breaks a rule: count, deltas, control batch, or a null key in a compacted topic.</summary>
    InvalidRecord = 87,

    /// <summary>A transaction that is still open has committed an offset for the partition. Ask again when it has ended.</summary>
    UnstableOffsetCommit = 88,

    /// <summary>The quota is used up; the client may try again after the throttle time.</summary>
    ThrottlingQuotaExceeded = 89,

    /// <summary>A newer producer with the same transactional id has taken this one's place.</summary>
    ProducerFenced = 90,

    /// <summary>There is nothing of this name.</summary>
    ResourceNotFound = 91,

    /// <summary>The request names the same thing twice.</summary>
    DuplicateResource = 92,

    /// <summary>The credential is too weak, or is none.</summary>
    UnacceptableCredential = 93,

    /// <summary>The feature cannot have that level.</summary>
    InvalidUpdateVersion = 95,

    /// <summary>No topic has this identity.</summary>
    UnknownTopicId = 100,

    /// <summary>The topic's identity is not the one the caller has.</summary>
    InconsistentTopicId = 103,

    /// <summary>There is no such transactional id.</summary>
    TransactionalIdNotFound = 105,

    /// <summary>The fetch session calls topics by their names and the request by their identities, or the other way round.</summary>
    FetchSessionTopicIdError = 106,

    /// <summary>The member's epoch is not the group's for it; the member gives everything up and joins again (KIP-848).</summary>
    FencedMemberEpoch = 110,

    /// <summary>Another member has this group.instance.id and has not left; the one that asks tries again, or gives up.</summary>
    UnreleasedInstanceId = 111,

    /// <summary>The service does not know the assignor that the member wants.</summary>
    UnsupportedAssignor = 112,

    /// <summary>The member's epoch is behind; it learns the new one by its next heartbeat, and tries again.</summary>
    StaleMemberEpoch = 113,

    /// <summary>The transaction cannot go on; its producer aborts it and may begin the next (KIP-890).</summary>
    TransactionAbortable = 120,

    /// <summary>A regular expression that is none, or asks for too much.</summary>
    InvalidRegularExpression = 128,
}
