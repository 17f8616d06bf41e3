namespace StreamCoord.Coordination.Watches;

/// <summary>To whom an event is offered: it decides who is told.</summary>
internal interface IAudience
{
    /// <summary>Takes note of a watcher whose watch the event has triggered.</summary>
    void Offer(IWatcher watcher);
}
