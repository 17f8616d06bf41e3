namespace StreamCoord.Grains.Coordinators;

/// <summary>Calls a coordinator, which may be on another silo. Stateless.</summary>
internal static class CoordinatorCalls
{
    /// <summary>Makes a call; a silo that cannot be reached is a coordinator that is not available, which clients look for again.</summary>
    public static async Task<T> RunAsync<T>(Func<Task<T>> call, Func<ErrorCode, string, T> refuse)
    {
        try
        {
            return await call();
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            return refuse(ErrorCode.NotCoordinator, $"The coordinator could not be reached: {failure.Message}");
        }
    }
}
