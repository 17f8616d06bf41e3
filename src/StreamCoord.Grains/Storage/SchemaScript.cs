using System.Globalization;
using System.Reflection;

namespace StreamCoord.Grains.Storage;

/// <summary>One numbered script of the folder <c>db/</c>, which travels inside this assembly. Immutable.</summary>
/// <param name="Version">The schema version that the script leads to: the number its file name begins with.</param>
/// <param name="FileName">The script's path in the repository.</param>
internal sealed record SchemaScript(int Version, string FileName)
{
    /// <summary>The scripts of one database product, in the order in which they are applied.</summary>
    /// <param name="product"><c>sqlite</c> or <c>postgresql</c>.</param>
    public static IReadOnlyList<SchemaScript> All(string product)
    {
        string folder = $"db/{product}/";
        SchemaScript[] scripts =
        [
            .. typeof(SchemaScript).Assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => new SchemaScript(int.Parse(name.AsSpan(folder.Length, 4), CultureInfo.InvariantCulture), name)),
        ];
        Invariant.Holds(scripts.Length > 0 && scripts.Select((script, i) => script.Version == i + 1).All(inOrder => inOrder));
        return scripts;
    }

    /// <summary>The statements.</summary>
    public string ReadText()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(FileName)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
