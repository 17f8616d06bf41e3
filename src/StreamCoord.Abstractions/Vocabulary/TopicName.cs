namespace StreamCoord;

/// <summary>The rules for topic names: those of Apache Kafka.</summary>
public static class TopicName
{
    /// <summary>The longest legal name, in characters.</summary>
    public const int LengthMax = 249;

    /// <summary>The prefix of topics that the service keeps for itself; clients may not create or change them.</summary>
    public const string InternalPrefix = "__";

    /// <summary>Returns null for a legal name, else a sentence that says what is wrong with it.</summary>
    public static string? Check(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return "A topic name must not be empty.";
        }
        if (name.Length > LengthMax)
        {
            return $"A topic name has at most {LengthMax} characters, this one has {name.Length}.";
        }
        if (name is "." or "..")
        {
            return "A topic cannot be named '.' or '..'.";
        }
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return "A topic name consists of the characters a-z, A-Z, 0-9, '.', '_' and '-'.";
            }
        }
        return null;
    }

    /// <summary>
    /// The form in which two names collide: '.' and '_' are one character in metric names, so of two topics that differ
    /// only there the second is refused.
    /// </summary>
    public static string Fold(string name) => name.Replace('.', '_');

    /// <summary>True for a topic that the service keeps for itself.</summary>
    public static bool IsInternal(string name) => name.StartsWith(InternalPrefix, StringComparison.Ordinal);
}
