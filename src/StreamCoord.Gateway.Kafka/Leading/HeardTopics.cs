using StreamCoord.Topics;

namespace StreamCoord.Gateway.Kafka.Leading;

/// <summary>
/// Topics as their grains tell of them; where a grain is not reached in time, because its silo has just gone, as this silo has heard of them: clients must not wait for that to be noticed before they hear who leads
/// now. Safe for concurrent use.
/// </summary>
internal sealed class HeardTopics(ITopicNames heard, TimeProvider time)
{
    /// <summary>So long a grain may take, many times what it needs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>A topic.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ask">The call of its grain, which refuses by <see cref="ErrorCode.LeaderNotAvailable"/> where nobody answers.</param>
    public async Task<TopicReply> FindAsync(string name, Func<Task<TopicReply>> ask)
    {
        Task<TopicReply> asked = ask();
        try
        {
            TopicReply reply = await asked.WaitAsync(Patience, time);
            return reply.Error == ErrorCode.LeaderNotAvailable && heard.Describe(name) is { } known ? TopicReply.Done(known) : reply;
        }
        catch (TimeoutException)
        {
            return heard.Describe(name) is { } known ? TopicReply.Done(known) : await asked;
        }
    }

    /// <summary>The names of all topics.</summary>
    /// <param name="ask">The call of the grain that lists them.</param>
    public async Task<IReadOnlyCollection<string>> ListAsync(Func<Task<IReadOnlyList<string>>> ask)
    {
        Task<IReadOnlyList<string>> asked = ask();
        try
        {
            return await asked.WaitAsync(Patience, time);
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            return heard.List() is { Count: > 0 } names ? names : await asked;
        }
    }
}
