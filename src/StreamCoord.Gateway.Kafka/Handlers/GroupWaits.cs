namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Waits of members for each other, which end with their connection.</summary>
internal static class GroupWaits
{
    /// <summary>The group's answer; or another one when the connection ends or the silo stops before it: the group goes on without the member when its session is over.</summary>
    public static async Task<T> OrAsync<T>(this Task<T> answer, Func<T> otherwise, CancellationToken stopping)
    {
        try
        {
            return await answer.WaitAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return otherwise();
        }
    }
}
