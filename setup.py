"""What pyproject.toml cannot say: data/ is installed inside the package, so that a wheel has papers to try."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["rag*", "ui*", "eval*"]), "rag.data"],
    package_dir={"rag.data": "data"},
    package_data={
        "rag.data": ["questions.jsonl", "README.md", "daily_papers/*"],
        "rag": ["py.typed", "models/question_side.safetensors"],
        "eval": ["py.typed"],
        "rag.answering": ["*.npz"],
        "ui": ["*.css", "*.js"],
    },
)
