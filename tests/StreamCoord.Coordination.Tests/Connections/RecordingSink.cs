using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Connections;

/// <summary>Writes down what it is called with, and fails on request.</summary>
internal sealed class RecordingSink : IConnectionSink
{
    private int _inside;

    public List<Sent> Calls { get; } = [];

    /// <summary>How many calls go well; the one after them fails.</summary>
    public int CallsUntilFailure { get; set; } = int.MaxValue;

    /// <summary>Happens within each call, when it was written down.</summary>
    public Action<Sent> During { get; set; } = _ => { };

    public string Text => string.Join(" ", Calls);

    public void Event(WatchEvent watchEvent, bool replayed) => Note(new Sent(replayed ? 'r' : 'e', watchEvent.Zxid.Value));

    public void Reply(long tag, ZNodeReply reply) => Note(new Sent('R', tag, reply.Zxid.Value));

    public void Flush() => Note(new Sent('F', 0));

    public void Broken(string reason) => Note(new Sent('B', 0) { Reason = reason });

    private void Note(Sent sent)
    {
        Assert.Equal(1, Interlocked.Increment(ref _inside));
        Calls.Add(sent);
        During(sent);
        Interlocked.Decrement(ref _inside);
        if (Calls.Count == CallsUntilFailure + 1L)
        {
            throw new IOException("the socket is gone");
        }
    }

    /// <summary>One call: e event, r replayed event, R reply, F flush, B broken; with its zxid, or its tag and zxid.</summary>
    internal sealed record Sent(char Kind, long Number, long Zxid = 0)
    {
        public string Reason { get; init; } = "";

        public override string ToString() => Kind switch
        {
            'R' => $"R{Number}@{Zxid}",
            'e' or 'r' => $"{Kind}{Number}",
            _ => $"{Kind}",
        };
    }
}
