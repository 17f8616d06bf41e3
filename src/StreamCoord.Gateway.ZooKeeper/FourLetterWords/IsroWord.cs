namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>isro: whether this server only reads, which none does.</summary>
internal sealed class IsroWord : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "isro";

    /// <inheritdoc/>
    public Task<string> AnswerAsync() => Task.FromResult("rw");
}
