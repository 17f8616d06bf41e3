namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>One of ZooKeeper's four-letter words: sent instead of a connect request, answered with text, and the connection ends. Safe for concurrent use.</summary>
internal interface IFourLetterWord
{
    /// <summary>The word.</summary>
    string Word { get; }

    /// <summary>The answer. Lines end with a line feed.</summary>
    Task<string> AnswerAsync();
}
