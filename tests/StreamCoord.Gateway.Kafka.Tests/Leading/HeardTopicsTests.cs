using Microsoft.Extensions.Time.Testing;
using StreamCoord.Gateway.Kafka.Leading;
using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Tests.Leading;

public sealed class HeardTopicsTests
{
    private static readonly TopicDescription Heard = Topic("t");
    private static readonly TopicDescription Told = Topic("t");

    private readonly FakeTimeProvider _time = new();
    private readonly HeardTopics _topics;

    public HeardTopicsTests() => _topics = new HeardTopics(new Names(), _time);

    [Fact]
    public async Task Grain_ThatAnswersInTime_IsBelieved()
    {
        TopicReply unknown = TopicReply.Refused(ErrorCode.UnknownTopicOrPartition, "It was deleted a moment ago.");

        Assert.Same(Told, (await _topics.FindAsync("t", () => Task.FromResult(TopicReply.Done(Told)))).Topic);
        Assert.Same(unknown, await _topics.FindAsync("t", () => Task.FromResult(unknown)));
        Assert.Equal(["told"], await _topics.ListAsync(() => Task.FromResult<IReadOnlyList<string>>(["told"])));
    }

    [Fact]
    public async Task Grain_ThatIsNotReached_IsNotWaitedFor_WhereTheTopicIsKnown()
    {
        Task<TopicReply> found = _topics.FindAsync("t", () => new TaskCompletionSource<TopicReply>().Task);
        Task<IReadOnlyCollection<string>> listed = _topics.ListAsync(() => new TaskCompletionSource<IReadOnlyList<string>>().Task);
        Assert.False(found.IsCompleted || listed.IsCompleted);

        _time.Advance(HeardTopics.Patience);

        Assert.Same(Heard, (await found).Topic);
        Assert.Equal(["t"], await listed);
        Assert.Same(Heard, (await _topics.FindAsync("t", () => Task.FromResult(TopicReply.Refused(ErrorCode.LeaderNotAvailable, "Nobody answers.")))).Topic);
        Assert.Equal(["t"], await _topics.ListAsync(() => Task.FromException<IReadOnlyList<string>>(new TimeoutException())));
    }

    [Fact]
    public async Task Topic_ThatNobodyHasHeardOf_IsWaitedFor()
    {
        var grain = new TaskCompletionSource<TopicReply>();
        Task<TopicReply> found = _topics.FindAsync("new", () => grain.Task);
        _time.Advance(HeardTopics.Patience);
        Assert.False(found.IsCompleted);

        grain.SetResult(TopicReply.Done(Told));

        Assert.Same(Told, (await found).Topic);
    }

    private static TopicDescription Topic(string name) => new(name, TopicId.NewId(), [], 1, new Dictionary<string, string>());

    private sealed class Names : ITopicNames
    {
        public string? FindName(TopicId topicId) => null;

        public TopicId? FindId(string name) => null;

        public IReadOnlyCollection<string> List() => ["t"];

        public TopicDescription? Describe(string name) => name == "t" ? Heard : null;
    }
}
