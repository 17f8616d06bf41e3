namespace StreamCoord.Testing;

/// <summary>The repository that the tests were built in.</summary>
public static class RepositoryFiles
{
    /// <summary>The full path of a file or folder.</summary>
    /// <param name="path">From the repository's root.</param>
    public static string PathOf(string path) => Path.Combine(FindRoot(), path);

    private static string FindRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "StreamCoord.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }
        return directory ?? Directory.GetCurrentDirectory();
    }
}
