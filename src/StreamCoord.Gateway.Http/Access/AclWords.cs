using System.Text;

namespace StreamCoord.Gateway.Http.Access;

/// <summary>The words of access control lists as Confluent's proxy writes them: those of the enumerations, in capitals, with lines between. Pure.</summary>
internal static class AclWords
{
    /// <summary>The word for a value.</summary>
    public static string Write<T>(T value)
        where T : struct, Enum
    {
        var word = new StringBuilder();
        foreach (char c in value.ToString())
        {
            _ = (char.IsAsciiLetterUpper(c) && word.Length > 0 ? word.Append('_') : word).Append(char.ToUpperInvariant(c));
        }
        return word.ToString();
    }

    /// <summary>The value of a word, in whatever case; null when it is none.</summary>
    public static T? TryRead<T>(string word)
        where T : struct, Enum
    {
        foreach (T value in Enum.GetValues<T>())
        {
            if (Write(value).Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }
        return null;
    }
}
