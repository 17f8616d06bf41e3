using System.Reflection;
using System.Text.RegularExpressions;

namespace StreamCoord.Architecture.Tests;

/// <summary>The repository's own files.</summary>
internal static partial class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>Paths, from the root, of the files below a folder that end in <paramref name="extension"/> and are not built.</summary>
    public static string[] Files(string folder, string extension)
    {
        string[] files =
        [
            .. Directory.GetFiles(Path.Combine(Root, folder), $"*{extension}", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Root, path))
                .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
                .Order(StringComparer.Ordinal),
        ];
        Assert.NotEmpty(files);
        return files;
    }

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The lines of a source file that hold code, with their numbers: what stands behind <c>//</c> is cut off.</summary>
    public static IEnumerable<(int Number, string Text)> CodeLines(string path) =>
        Read(path).Split('\n').Select((line, i) => (i + 1, Comment().Replace(line, "")));

    [GeneratedRegex(@"(?<!:)//.*$")]
    private static partial Regex Comment();
}
