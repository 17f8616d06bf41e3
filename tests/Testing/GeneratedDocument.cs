namespace StreamCoord.Testing;

/// <summary>A document that is made from code, so that it cannot be wrong: a test makes it again and compares.</summary>
public static class GeneratedDocument
{
    /// <summary>
    /// What is different between the document in the repository and what the code says; null when nothing is. With
    /// <c>STREAMCOORD_WRITE_DOCS=1</c> the document is written instead.
    /// </summary>
    /// <param name="path">From the repository's root.</param>
    /// <param name="content">What the code says.</param>
    public static string? Compare(string path, string content)
    {
        string file = RepositoryFiles.PathOf(path);
        if (Environment.GetEnvironmentVariable("STREAMCOORD_WRITE_DOCS") == "1")
        {
            File.WriteAllText(file, content);
        }
        string found = File.Exists(file) ? File.ReadAllText(file) : "";
        return found == content ? null : $"{path} is not what the code says. Run the tests once with STREAMCOORD_WRITE_DOCS=1 and commit it.";
    }
}
