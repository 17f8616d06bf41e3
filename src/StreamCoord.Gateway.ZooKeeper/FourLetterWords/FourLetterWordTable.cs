using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;
using StreamCoord.Gateway.ZooKeeper.Commands;

namespace StreamCoord.Gateway.ZooKeeper.FourLetterWords;

/// <summary>The four-letter words that are answered, and those that are refused because nobody has allowed them.</summary>
internal sealed class FourLetterWordTable(IEnumerable<IFourLetterWord> words, ZooKeeperGatewayOptions options)
{
    private readonly FrozenDictionary<string, IFourLetterWord> _words = words.ToFrozenDictionary(word => word.Word);

    private readonly FrozenDictionary<string, string> _refused = RefusedCommand.All
        .SelectMany(command => command.Names.Intersect(RefusedWords).Select(word => KeyValuePair.Create(word, command.Reason)))
        .ToFrozenDictionary();

    /// <summary>Words of ZooKeeper that there is no true answer to.</summary>
    public static IReadOnlyList<string> RefusedWords { get; } = ["gtmk", "hash", "stmk"];

    /// <summary>All of them.</summary>
    public IEnumerable<string> All => _words.Keys.Order(StringComparer.Ordinal);

    /// <summary>The answer to the first four bytes of a connection; null when they are no word, and begin a message.</summary>
    /// <param name="firstBytes">The bytes, as the big-endian number that a message's length would be.</param>
    public Task<string>? Answer(int firstBytes)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, firstBytes);
        string text = Encoding.Latin1.GetString(bytes);
        if (!_words.TryGetValue(text, out IFourLetterWord? word))
        {
            return _refused.TryGetValue(text, out string? reason) ? Task.FromResult($"{text} is not executed. {reason}\n") : null;
        }
        return options.FourLetterWords.Contains(text) || options.FourLetterWords.Contains(ZooKeeperGatewayOptions.AnyWord)
            ? word.AnswerAsync()
            : Task.FromResult($"{text} is not executed because it is not in the whitelist.\n");
    }
}
