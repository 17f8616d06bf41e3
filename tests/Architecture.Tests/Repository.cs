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

    /// <summary>The assemblies of all projects in <c>src</c>, but for what only the compiler loads, which is not beside the tests.</summary>
    public static Assembly[] LoadAssemblies() =>
        [.. Files("src", ".csproj").Where(path => !path.EndsWith(".Generator.csproj", StringComparison.Ordinal)).Select(path => Assembly.Load(AssemblyNameOf(path)))];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The lines of a source file that hold code, with their numbers: what stands behind <c>//</c> is cut off.</summary>
    public static IEnumerable<(int Number, string Text)> CodeLines(string path) =>
        Read(path).Split('\n').Select((line, i) => (i + 1, Comment().Replace(line, "")));

    [GeneratedRegex(@"(?<!:)//.*$")]
    private static partial Regex Comment();

    private static string AssemblyNameOf(string project) => OwnName().Match(Read(project)) is { Success: true } own ? own.Groups[1].Value : Path.GetFileNameWithoutExtension(project);

    [GeneratedRegex("<AssemblyName>(.*)</AssemblyName>")]
    private static partial Regex OwnName();
}
