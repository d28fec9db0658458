using Sentinel.Core.Projects;
using Sentinel.Linux.Files;
using Sentinel.Tests.Logs;

namespace Sentinel.Tests.Projects;

public sealed class IncludeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_included_file_has_its_own_paths_defaults_and_environment()
    {
        Write("sentinel.toml", "name = \"shop\"\ninclude = [\"services/*/sentinel.toml\"]\nenv = { A = \"main\" }\n[defaults]\nnice = 1\n[process.db]\nrun = \"postgres\"");
        Write("services/api/sentinel.toml", """
            name = "unused"
            env = { B = "file", C = "file" }
            env-file = ".env"
            [defaults]
            restart = true
            env = { C = "defaults" }
            [process.api]
            run = "serve"
            cwd = "bin"
            env = { D = "own" }
            [process.copy]
            like = "db"
            """);
        Write("services/api/sentinel.local.toml", "[process.api]\nenv.E = \"local\"");
        Write("services/web/sentinel.toml", "[process.web]\nrun = \"npm\"");

        var project = Good();

        Assert.Equal("shop", project.Name);
        Assert.Equal(["sentinel.toml", "services/api/sentinel.toml", "services/api/sentinel.local.toml", "services/web/sentinel.toml"], project.Files);
        Assert.Equal(["A"], project.Variables.Select(variable => variable.Name));
        Assert.Equal(["db", "api", "copy", "web"], project.Processes.Select(process => process.Name));
        var (db, api, copy) = (project.Processes[0], project.Processes[1], project.Processes[2]);
        Assert.Equal(["nice"], db.Settings.Select(setting => setting.Key));
        Assert.Equal(_folder["services/api"], api.Folder);
        Assert.Equal([_folder["services/api/bin"]], api.Find("cwd")!.Values);
        Assert.Equal([_folder["services/api/.env"]], api.Find("env-file")!.Values);
        Assert.Equal(["B=file", "C=defaults", "D=own", "E=local"], api.Find("env")!.Values);
        Assert.Equal("services/api/sentinel.local.toml:2:9", api.Find("env")!.Given[3].Place.ToString());
        // What it is like has the defaults of its own file.
        Assert.Equal(["nice", "restart"], copy.Settings.Select(setting => setting.Key).Where(key => key is "nice" or "restart").Order());
        Assert.Equal("postgres", copy.Run.Words[0]);
    }

    [Fact]
    public void Two_processes_of_one_name_are_named_with_both_places()
    {
        Write("sentinel.toml", "include = \"more.toml\"\n[process.api]\nrun = \"a\"");
        Write("more.toml", "[process.api]\nrun = \"b\"");

        Assert.Equal(["more.toml:1:10: there is a process 'api' already, at sentinel.toml:2:10"], Problems());
    }

    [Fact]
    public void A_loop_is_named_with_its_path_and_two_ways_to_one_file_are_none()
    {
        Write("sentinel.toml", "include = [\"a.toml\", \"b.toml\"]");
        Write("a.toml", "include = \"c/c.toml\"");
        Write("b.toml", "include = \"c/c.toml\"");
        Write("c/c.toml", "[process.c]\nrun = \"c\"");
        Assert.Equal("c", Assert.Single(Good().Processes).Name);

        Write("c/c.toml", "include = \"../a.toml\"");
        Assert.Equal(["c/c.toml:1:11: files include each other: a.toml includes c/c.toml includes a.toml"], Problems());

        Write("sentinel.toml", "include = \"sentinel.toml\"");
        Assert.Equal(["sentinel.toml:1:11: files include each other: sentinel.toml includes sentinel.toml"], Problems());
    }

    [Fact]
    public void Patterns_match_names_and_folders_and_never_the_file_itself()
    {
        Write("sentinel.toml", "include = [\"**/sentinel.toml\", \"x?.toml\", \"none/*.toml\"]");
        Write("a/b/sentinel.toml", "[process.b]\nrun = \"b\"");
        Write("node_modules/c/sentinel.toml", "[process.no]\nrun = \"b\"");
        Write(".d/sentinel.toml", "[process.no2]\nrun = \"b\"");
        Write("x1.toml", "[process.x]\nrun = \"b\"");
        File.CreateSymbolicLink(_folder["a/up"], _folder.Path);

        Assert.Equal(["b", "x"], Good().Processes.Select(process => process.Name));
    }

    [Fact]
    public void A_file_that_is_missing_or_wrong_is_named_where_it_is_asked_for_or_where_it_is_wrong()
    {
        Write("sentinel.toml", "include = [\"gone.toml\", \"bad.toml\", \"list.json\", \"a\\u0000\"]");
        Write("bad.toml", "= 1");
        Write("list.json", "[]");

        Assert.Equal(
            ["sentinel.toml:1:12: there is no file gone.toml", "sentinel.toml:1:50: there is no file a\0",
             "bad.toml:1:1: unexpected token [=] found", "list.json:1:1: a project's file is a table, not a list"],
            Problems());
    }

    [Fact]
    public void Files_are_shown_beside_the_one_that_was_given()
    {
        Write("sentinel.toml", "include = \"sub/a.toml\"");
        Write("sub/a.toml", "x = 1");

        Assert.Equal("../here/sub/a.toml:1:1: there is no key 'x'", Assert.Single(Read("../here/sentinel.toml").Problems).ToString());
    }

    [Fact]
    public void The_file_of_a_folder_is_the_nearest_one_up_to_the_home_folder()
    {
        Directory.CreateDirectory(_folder["home/shop/api/bin"]);
        Assert.Null(ProjectFile.Find(_folder["home/shop/api"], _folder["home"]));
        Write("sentinel.toml", "");
        Assert.Null(ProjectFile.Find(_folder["home/shop/api"], _folder["home"]));
        Assert.Equal(_folder["sentinel.toml"], ProjectFile.Find(_folder["home/shop/api"], null));
        Assert.Equal(_folder["sentinel.toml"], ProjectFile.Find(_folder["home/shop/api"], "/elsewhere"));
        Write("home/sentinel.toml", "");
        Assert.Equal(_folder["home/sentinel.toml"], ProjectFile.Find(_folder["home/shop/api"], _folder["home"] + "/"));
        Write("home/shop/sentinel.json", "{}");
        Assert.Equal(_folder["home/shop/sentinel.json"], ProjectFile.Find(_folder["home/shop/api/bin"] + "/", _folder["home"]));
        Write("home/shop/sentinel.toml", "");
        Assert.Equal(_folder["home/shop/sentinel.toml"], ProjectFile.Find(_folder["home/shop"], _folder["home"]));
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        _folder.Write(name, text);
    }

    private ProjectRead Read(string shown = "sentinel.toml") => new ProjectReader(new RegularFiles()).Read(_folder["sentinel.toml"], shown);

    private Project Good()
    {
        var read = Read();
        Assert.True(read.Project is not null, string.Join('\n', read.Problems));
        return read.Project;
    }

    private string[] Problems() => [.. Read().Problems.Select(problem => problem.ToString())];
}
