namespace StreamCoord.Client.Calls;

/// <summary>Work that outlives the call which begins it. Stateless.</summary>
internal static class Background
{
    /// <summary>Begins it on the pool, without the caller's context: neither its trace nor the turn of its grain belongs to what goes on after it.</summary>
    public static Task Run(Func<Task> work)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return Task.Run(work);
        }
        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(work);
        }
    }
}
