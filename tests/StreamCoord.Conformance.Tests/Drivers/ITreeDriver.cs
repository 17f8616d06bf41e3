using StreamCoord.Conformance.Tests.Operations;

namespace StreamCoord.Conformance.Tests.Drivers;

/// <summary>A service with a tree of znodes, as a client reaches it.</summary>
public interface ITreeDriver : IAsyncDisposable
{
    /// <summary>Carries out one operation. Operations are given one after the other.</summary>
    Task<TreeReply> RunAsync(TreeOperation operation);
}
