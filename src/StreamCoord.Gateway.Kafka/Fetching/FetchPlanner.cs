using StreamCoord.Gateway.Kafka.Handlers;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Gateway.Kafka.Fetching;

/// <summary>Makes of a request what is to be read: all that it names, or what its session has and it changes (KIP-227). Safe for concurrent use.</summary>
internal sealed class FetchPlanner(FetchSessions sessions, TopicIdLookup topicIds)
{
    private const short FirstVersionWithTopicIds = 13;
    private const int FirstEpoch = 0;
    private const int FinalEpoch = -1;

    /// <summary>The plan for a request of a version.</summary>
    public async ValueTask<FetchPlan> PlanAsync(FetchRequest request, short version)
    {
        bool usesTopicIds = version >= FirstVersionWithTopicIds;
        if (request.SessionEpoch is FirstEpoch or FinalEpoch)
        {
            // Either way the session that the client may have had is over.
            sessions.End(request.SessionId);
            return new FetchPlan(ErrorCode.None, await FindTargetsAsync(request, usesTopicIds), null, BeginsSession: request.SessionEpoch == FirstEpoch);
        }
        if (sessions.Find(request.SessionId) is not { } session)
        {
            return FetchPlan.Refused(ErrorCode.FetchSessionIdNotFound);
        }
        if (session.UsesTopicIds != usesTopicIds)
        {
            return FetchPlan.Refused(ErrorCode.FetchSessionTopicIdError);
        }
        IReadOnlyList<FetchTarget> changed = await FindTargetsAsync(request, usesTopicIds);
        if (session.TryUpdate(request.SessionEpoch, changed, request.ForgottenTopicsData.SelectMany(KeysOf), sessions.NowMs) is not { } targets)
        {
            return FetchPlan.Refused(ErrorCode.InvalidFetchSessionEpoch);
        }
        if (targets.Count == 0 || !sessions.MayKeep(session))
        {
            sessions.End(session.Id);
        }
        return new FetchPlan(ErrorCode.None, targets, session, BeginsSession: false);
    }

    private static IEnumerable<(string Topic, Guid TopicId, int Partition)> KeysOf(FetchRequest.ForgottenTopic topic) =>
        topic.Partitions.Select(partition => (topic.TopicId == Guid.Empty ? topic.Topic : "", topic.TopicId, partition));

    private async ValueTask<IReadOnlyList<FetchTarget>> FindTargetsAsync(FetchRequest request, bool usesTopicIds)
    {
        IReadOnlyDictionary<Guid, string> names = usesTopicIds && request.Topics.Count > 0
            ? await topicIds.FindNamesAsync(request.Topics.Select(topic => topic.TopicId))
            : new Dictionary<Guid, string>();
        return
        [
            .. request.Topics.SelectMany(topic => topic.Partitions.Select(partition => usesTopicIds
                ? new FetchTarget(names.GetValueOrDefault(topic.TopicId), topic.TopicId, partition)
                : new FetchTarget(topic.Topic, Guid.Empty, partition))),
        ];
    }
}
