namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>ruok: whether the process answers at all.</summary>
internal sealed class RuokWord : IFourLetterWord
{
    /// <inheritdoc/>
    public string Word => "ruok";

    /// <inheritdoc/>
    public Task<string> AnswerAsync() => Task.FromResult("imok");
}
