namespace StreamCoord.Silo.Hosting;

/// <summary>Whether the silo serves requests: true from the moment every listener serves until the silo begins to stop. Safe for concurrent use.</summary>
internal sealed class Readiness
{
    private volatile bool _isReady;

    public bool IsReady => _isReady;

    public void Set(bool isReady) => _isReady = isReady;
}
